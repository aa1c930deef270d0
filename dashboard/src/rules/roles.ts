import type { Schemas } from "../api/client";

export type ClinicRole = Schemas["ClinicRoleName"];

const groups = [
  "Often used",
  "Physicians",
  "Advanced practice and nursing",
  "Technicians and laboratory",
  "Therapy and pharmacy",
  "Administration and IT",
] as const;
type Group = (typeof groups)[number];

// The compiler refuses a role that the API has and this list does not.
const groupOf: Record<ClinicRole, Group> = {
  Radiologist: "Often used",
  Physician: "Often used",
  "Imaging Technologist": "Often used",
  "Administrative Director": "Often used",
  "Front Desk Operator": "Often used",
  "IT Administrator": "Often used",
  Other: "Often used",
  Anesthesiologist: "Physicians",
  Cardiologist: "Physicians",
  Dermatologist: "Physicians",
  Doctor: "Physicians",
  "Emergency Medicine Physician": "Physicians",
  Endocrinologist: "Physicians",
  "Family Medicine Physician": "Physicians",
  Gastroenterologist: "Physicians",
  Gynecologist: "Physicians",
  Hematologist: "Physicians",
  Immunologist: "Physicians",
  "Infectious Disease Specialist": "Physicians",
  "Internal Medicine Physician": "Physicians",
  Nephrologist: "Physicians",
  Neurologist: "Physicians",
  "Nuclear Medicine Physician": "Physicians",
  Obstetrician: "Physicians",
  Oncologist: "Physicians",
  Ophthalmologist: "Physicians",
  Otolaryngologist: "Physicians",
  "Pain Management Specialist": "Physicians",
  Pathologist: "Physicians",
  Pediatrician: "Physicians",
  Psychiatrist: "Physicians",
  Pulmonologist: "Physicians",
  "Radiation Oncologist": "Physicians",
  Rheumatologist: "Physicians",
  Surgeon: "Physicians",
  Urologist: "Physicians",
  "Certified Registered Nurse Anesthetist": "Advanced practice and nursing",
  "Medical Assistant": "Advanced practice and nursing",
  "Nurse Manager": "Advanced practice and nursing",
  "Nurse Practitioner": "Advanced practice and nursing",
  "Patient Care Coordinator": "Advanced practice and nursing",
  "Physician Assistant": "Advanced practice and nursing",
  Psychologist: "Advanced practice and nursing",
  "Registered Nurse": "Advanced practice and nursing",
  Scribe: "Advanced practice and nursing",
  "Laboratory Technician": "Technicians and laboratory",
  "Medical Laboratory Scientist": "Technicians and laboratory",
  "Pathologists' Assistant": "Technicians and laboratory",
  Phlebotomist: "Technicians and laboratory",
  Nutritionist: "Therapy and pharmacy",
  "Occupational Therapist": "Therapy and pharmacy",
  Pharmacist: "Therapy and pharmacy",
  "Pharmacy Technician": "Therapy and pharmacy",
  "Physical Therapist": "Therapy and pharmacy",
  "Respiratory Therapist": "Therapy and pharmacy",
  "Speech-Language Pathologist": "Therapy and pharmacy",
  "Administrative Assistant": "Administration and IT",
  "IT Support": "Administration and IT",
  "Legal Administrator": "Administration and IT",
  "Revenue Cycle Manager": "Administration and IT",
  "Software Engineer": "Administration and IT",
};

/** Every role, in groups. The roles that clinics use most come first. */
export const roleGroups: { name: Group; roles: ClinicRole[] }[] = groups.map((name) => ({
  name,
  roles: (Object.keys(groupOf) as ClinicRole[]).filter((role) => groupOf[role] === name),
}));

/** Names that people look for, and the role of the list that they mean. */
export const roleAliases: { text: string; role: ClinicRole }[] = [
  { text: "Practice manager", role: "Administrative Director" },
];
