import type { Invitation } from "../entry/facts";

/** The invitation of a link. */
export function lookup(change: Partial<Invitation> = {}): Invitation {
  return {
    status: "sent",
    clinicName: "Riverside Imaging",
    inviter: "Olu Adeyemi",
    email: "anna.hale@clinic.example",
    firstName: "Anna",
    lastName: "Hale",
    clinicRole: "Radiologist",
    level: "member",
    canManageStudies: false,
    canCreateReports: true,
    hasDashboardAccess: false,
    npiNumber: "1234567893",
    npiVerification: "verified",
    terms: "terms-1",
    expiry: "2099-12-03T18:35:00.000Z",
    needsPassword: false,
    accountExists: false,
    ...change,
  };
}
