//! Reservations of idempotency keys.

use domain::invitation::Fingerprint;
use domain::time::Clock as _;
use store::IdempotencyOutcome;

use crate::support::App;

#[tokio::test]
async fn a_request_frees_only_its_own_reservation() {
    let app = App::start().await;
    let (store, now) = (app.store(), app.clock.now());
    let request = Fingerprint::of(&[b"request"]);
    let reserve =
        async || store.reserve_idempotency_key("caller", "key", &request, now).await.unwrap();
    let reserved = |outcome| match outcome {
        IdempotencyOutcome::Proceed(reservation) => reservation,
        other => panic!("{other:?}"),
    };
    let first = reserved(reserve().await);
    store.release_idempotency_key("caller", "key", &first).await.unwrap();
    // Reserved again in the same millisecond.
    let second = reserved(reserve().await);
    store.release_idempotency_key("caller", "key", &first).await.unwrap();
    assert_eq!(reserve().await, IdempotencyOutcome::InProgress);
    store.release_idempotency_key("caller", "key", &second).await.unwrap();
    reserved(reserve().await);
}
