//! Names, addresses and phone numbers of real people, as their keyboards type them.

use serde_json::{Value, json};

use crate::support::{App, member, radiologist, with};

#[tokio::test]
async fn real_names_and_phone_numbers_are_accepted_and_kept() {
    let app = App::start().await;
    for (n, (field, sent, kept)) in [
        ("lastName", "St.John", "St.John"),
        ("firstName", "J.Smith", "J.Smith"),
        ("middleName", "Ma.Theresa", "Ma.Theresa"),
        ("firstName", "د.محمد", "د.محمد"),
        ("lastName", "S:t Cyr", "S:t Cyr"),
        ("suffix1", "R.Ph.", "R.Ph."),
        ("suffix1", "MD/PhD", "MD/PhD"),
        ("suffix2", "M.Sc.", "M.Sc."),
        ("suffix2", "Dr.PH", "Dr.PH"),
        ("firstName", "علی\u{200c}رضا", "علی\u{200c}رضا"),
        ("firstName", "ශ්\u{200d}රී", "ශ්\u{200d}රී"),
        ("firstName", "র\u{200d}্যাচেল", "র\u{200d}্যাচেল"),
        ("lastName", "משה\u{200f}", "משה"),
        ("lastName", "\u{202b}כהן\u{202c}", "כהן"),
        ("lastName", "渡辺\u{e0100}", "渡辺\u{e0100}"),
        ("phoneNumber", "+44 (0)20 7946 0958", "+442079460958"),
        ("phoneNumber", "+49 30 901820", "+4930901820"),
        ("phoneNumber", "(+44) 20 7946 0958", "+442079460958"),
        ("phoneNumber", "415\u{a0}555\u{a0}0132", "4155550132"),
        ("phoneNumber", "415\u{2011}555\u{2011}0132", "4155550132"),
        ("phoneNumber", "415–555–0132", "4155550132"),
        ("phoneNumber", "\u{202a}+1 415 555 0132\u{202c}", "+14155550132"),
    ]
    .into_iter()
    .enumerate()
    {
        let person = with(member(&format!("p{n}@clinic.example")), json!({ (field): sent }));
        let invited = app.as_pacs().invite(&person).await;
        assert_eq!(invited.expect(201)[field], kept, "{sent:?}");
        let stored = app.read_invitation(&invited.str("invitationId")).await;
        assert_eq!(stored[field], kept, "{sent:?}");
    }
}

#[tokio::test]
async fn links_invisible_characters_and_undeliverable_addresses_are_refused() {
    let app = App::start().await;
    for (field, sent, code) in [
        ("firstName", "evil.com", "name_looks_like_link"),
        ("firstName", "evil\u{2024}com", "name_looks_like_link"),
        ("lastName", "evil．com", "name_looks_like_link"),
        ("lastName", "www.evil", "name_looks_like_link"),
        ("lastName", "a/b", "name_looks_like_link"),
        ("middleName", "see evil.com now", "name_looks_like_link"),
        ("middleName", "пример.рф", "name_looks_like_link"),
        ("firstName", "A\u{200d}da", "name_characters"),
        ("firstName", "A\u{34f}da", "name_characters"),
        ("firstName", "מש\u{200f}ה", "name_characters"),
        ("suffix1", "<b>", "name_characters"),
        ("email", "ann@exam\u{200b}ple.com", "email_invalid"),
        ("email", "ann\u{fe0f}@example.com", "email_invalid"),
        ("email", "ann\u{34f}@example.com", "email_invalid"),
        ("email", "ann@exam\u{ad}ple.com", "email_invalid"),
        ("email", "\u{200e}ann@example.com", "email_invalid"),
        ("email", "josé@example.com", "email_local_part_not_ascii"),
        ("email", "jose\u{301}@example.com", "email_local_part_not_ascii"),
        ("email", "\u{430}nn@example.com", "email_local_part_not_ascii"),
        ("phoneNumber", "+1 415 555 0132 x12", "phone_invalid"),
    ] {
        let person = with(member("grace@clinic.example"), json!({ (field): sent }));
        let refused = app.as_pacs().invite(&person).await;
        refused.expect_problem(422, code);
        assert_eq!(refused.field_errors(), [(field.to_owned(), code.to_owned())], "{sent:?}");
    }
}

#[tokio::test]
async fn a_clinic_may_have_a_period_or_a_slash_in_its_name_and_no_link() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    for name in ["St.Luke Imaging", "CT/MRI Center", "S:t Görans"] {
        let clinic = owner.client.patch("/v1/clinic", &json!({ "name": name })).await.expect(200);
        assert_eq!(clinic["name"], name);
    }
    for name in ["evil.com", "evil\u{2024}com", "evil.com/x"] {
        let refused = owner.client.patch("/v1/clinic", &json!({ "name": name })).await;
        refused.expect_problem(422, "name_looks_like_link");
    }
}

#[tokio::test]
async fn a_verified_person_stays_so_under_any_spelling_while_the_registry_is_silent() {
    let app = App::start().await;
    for (n, (npi, held, spellings)) in [
        ("2000000002", "OBrien", &["O'Brien", "OʼBRIEN", "O’Brién Jr."][..]),
        ("2000000127", "Kaiulani", &["Kaʻiulani", "Ka'iulani"]),
        ("2000000135", "Mueller", &["Müller", "Mu\u{308}ller", "MUELLER"]),
        ("2000000143", "Joensson", &["Jönsson", "JÖNSSON"]),
        ("2000000150", "Åberg", &["Aaberg", "Aberg", "A\u{30a}berg"]),
        ("2000000176", "St.John", &["St. John", "Saint John", "Saint-John"]),
    ]
    .into_iter()
    .enumerate()
    {
        let change = json!({ "lastName": held, "npiNumber": npi });
        let person = with(radiologist(&format!("p{n}@clinic.example")), change);
        app.registry.set_down(false);
        let user = app.invite_and_confirm(&person, None).await;
        assert_eq!(user["npiVerification"], "verified", "{held}");
        app.registry.set_down(true);
        let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
        for spelling in spellings {
            let edited = app.as_pacs().patch(&path, &json!({ "lastName": spelling })).await;
            assert_eq!(edited.expect(200)["npiVerification"], "verified", "{held} {spelling}");
        }
    }
}

async fn find(app: &App, field: &str, part: &str) -> Vec<Value> {
    let base = "http://localhost/v1/autoScribe/users";
    let url = reqwest::Url::parse_with_params(base, [(field, part)]).unwrap();
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let page = app.as_pacs().get(&path).await.expect(200);
    page["users"].as_array().unwrap().iter().map(|user| user[field].clone()).collect()
}

#[tokio::test]
async fn a_name_filter_finds_every_spelling() {
    let app = App::start().await;
    for (n, (first, last)) in
        [("José", "O’Brien"), ("Mary\u{a0}Ann", "Müller"), ("علی\u{200c}رضا", "Kaʻiulani")]
            .into_iter()
            .enumerate()
    {
        let names = json!({ "firstName": first, "lastName": last });
        app.invite_and_confirm(&with(member(&format!("p{n}@clinic.example")), names), None).await;
    }
    for (field, part, found) in [
        ("firstName", "Jose\u{301}", "José"),
        ("firstName", "jose", "José"),
        ("firstName", "Mary Ann", "Mary\u{a0}Ann"),
        ("firstName", "علیرضا", "علی\u{200c}رضا"),
        ("lastName", " Müller ", "Müller"),
        ("lastName", "MU\u{308}LL", "Müller"),
        ("lastName", "O'Brien", "O’Brien"),
        ("lastName", "OBrien", "O’Brien"),
        ("lastName", "O´B", "O’Brien"),
        ("lastName", "ka'iulani", "Kaʻiulani"),
        ("lastName", "Kaiulani", "Kaʻiulani"),
    ] {
        assert_eq!(find(&app, field, part).await, [json!(found)], "{part:?}");
    }
    assert_eq!(find(&app, "lastName", "Mueller").await, Vec::<Value>::new());
}
