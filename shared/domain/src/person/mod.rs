//! A person's names, phone number and role in the clinic.

pub mod email;
mod link;
mod name;
pub mod permissions;
mod phone;
pub mod profile;
pub mod vouched;

use crate::field::Refusal;

pub(crate) use name::parse_clinic_name;
pub use name::{NameSuffix, PersonName};
pub use phone::PhoneNumber;

/// All parts of a person's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullName {
    /// First name.
    pub first: PersonName,
    /// Middle name.
    pub middle: Option<PersonName>,
    /// Last name. Only this part is compared with the NPI registry.
    pub last: PersonName,
    /// Suffix such as `Jr.` or `MD`.
    pub suffix1: Option<NameSuffix>,
    /// Second suffix.
    pub suffix2: Option<NameSuffix>,
}

impl FullName {
    /// First and last name, as in an email's greeting.
    pub fn first_and_last(&self) -> String {
        format!("{} {}", self.first.as_str(), self.last.as_str())
    }
}

macro_rules! clinic_roles {
    ($($variant:ident = $text:literal,)*) => {
        /// A person's role in the clinic: one of AutoScribe's 61.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ClinicRole { $(#[doc = $text] $variant,)* }

        impl ClinicRole {
            /// Every role, in AutoScribe's order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The role as AutoScribe writes it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads a role. The spelling must be AutoScribe's.
            pub fn parse(text: &str) -> Result<Self, Refusal> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(Refusal::new(
                        "clinic_role_unknown",
                        "Send one of the 61 clinic roles, spelled exactly, such as Radiologist.",
                    )),
                }
            }
        }
    };
}

clinic_roles! {
    Doctor = "Doctor",
    Physician = "Physician",
    Surgeon = "Surgeon",
    Radiologist = "Radiologist",
    Cardiologist = "Cardiologist",
    Neurologist = "Neurologist",
    Urologist = "Urologist",
    Gynecologist = "Gynecologist",
    Endocrinologist = "Endocrinologist",
    Oncologist = "Oncologist",
    RadiationOncologist = "Radiation Oncologist",
    Hematologist = "Hematologist",
    Gastroenterologist = "Gastroenterologist",
    Pulmonologist = "Pulmonologist",
    Nephrologist = "Nephrologist",
    Rheumatologist = "Rheumatologist",
    Dermatologist = "Dermatologist",
    Ophthalmologist = "Ophthalmologist",
    Otolaryngologist = "Otolaryngologist",
    Pediatrician = "Pediatrician",
    Obstetrician = "Obstetrician",
    Psychiatrist = "Psychiatrist",
    Anesthesiologist = "Anesthesiologist",
    EmergencyMedicinePhysician = "Emergency Medicine Physician",
    FamilyMedicinePhysician = "Family Medicine Physician",
    InternalMedicinePhysician = "Internal Medicine Physician",
    Pathologist = "Pathologist",
    NuclearMedicinePhysician = "Nuclear Medicine Physician",
    PainManagementSpecialist = "Pain Management Specialist",
    InfectiousDiseaseSpecialist = "Infectious Disease Specialist",
    Immunologist = "Immunologist",
    PhysicianAssistant = "Physician Assistant",
    NursePractitioner = "Nurse Practitioner",
    CertifiedRegisteredNurseAnesthetist = "Certified Registered Nurse Anesthetist",
    Psychologist = "Psychologist",
    MedicalAssistant = "Medical Assistant",
    Scribe = "Scribe",
    RegisteredNurse = "Registered Nurse",
    NurseManager = "Nurse Manager",
    PatientCareCoordinator = "Patient Care Coordinator",
    ImagingTechnologist = "Imaging Technologist",
    LaboratoryTechnician = "Laboratory Technician",
    MedicalLaboratoryScientist = "Medical Laboratory Scientist",
    PathologistsAssistant = "Pathologists' Assistant",
    Phlebotomist = "Phlebotomist",
    Pharmacist = "Pharmacist",
    PharmacyTechnician = "Pharmacy Technician",
    PhysicalTherapist = "Physical Therapist",
    OccupationalTherapist = "Occupational Therapist",
    SpeechLanguagePathologist = "Speech-Language Pathologist",
    RespiratoryTherapist = "Respiratory Therapist",
    Nutritionist = "Nutritionist",
    FrontDeskOperator = "Front Desk Operator",
    RevenueCycleManager = "Revenue Cycle Manager",
    AdministrativeDirector = "Administrative Director",
    AdministrativeAssistant = "Administrative Assistant",
    LegalAdministrator = "Legal Administrator",
    ITAdministrator = "IT Administrator",
    ITSupport = "IT Support",
    SoftwareEngineer = "Software Engineer",
    Other = "Other",
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = ClinicRole::parse(&text);
        }
    }

    #[test]
    fn each_of_the_61_roles_reads_as_itself() {
        assert_eq!(ClinicRole::ALL.len(), 61);
        for role in ClinicRole::ALL {
            assert_eq!(ClinicRole::parse(role.as_str()), Ok(*role));
        }
        assert!(ClinicRole::parse("radiologist").is_err());
    }
}
