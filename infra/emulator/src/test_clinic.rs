//! A clinic for unit tests.

use crate::Emulator;

/// Provisions a clinic and returns its API key.
pub(crate) async fn provision_clinic(emulator: &Emulator) -> String {
    let request = provision::ClinicRequest {
        clinic_name: "Riverside Imaging".to_owned(),
        reply_to: None,
        invitation_days: None,
        owner_email: "owner@riverside.example".to_owned(),
        owner_first_name: "Olivia".to_owned(),
        owner_last_name: "Rivers".to_owned(),
        embed_origins: None,
        scopes: None,
    };
    provision::provision(&emulator.provision_deps(), &request).await.unwrap().api_key
}
