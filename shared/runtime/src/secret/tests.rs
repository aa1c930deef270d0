use std::cell::Cell;
use std::sync::Mutex as Lock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// Keys that remember their texts.
#[derive(Default)]
struct Recorded {
    texts: Lock<Vec<String>>,
    outdated: AtomicBool,
}

impl ReplaceKeys for Recorded {
    fn replace_keys(&self, text: &str) -> Result<(), String> {
        if text == "malformed" {
            return Err("malformed".to_owned());
        }
        self.texts.lock().unwrap().push(text.to_owned());
        Ok(())
    }

    fn take_outdated(&self) -> bool {
        self.outdated.swap(false, Ordering::Relaxed)
    }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::EPOCH.plus(Duration::from_secs(seconds))
}

fn watch() -> (Watch, Arc<Recorded>) {
    let keys = Arc::new(Recorded::default());
    let secret = WatchedSecret {
        setting: "KEYS",
        arn: "arn".to_owned(),
        text: "first".to_owned(),
        keys: keys.clone(),
    };
    (Watch { read_at: at(0), secrets: vec![secret] }, keys)
}

#[tokio::test]
async fn a_rotated_secret_is_used_a_minute_later_and_an_unreadable_one_changes_nothing() {
    let (mut watch, keys) = watch();
    let reads = Cell::new(0);
    for (now, answer) in [
        (59, Ok("too early")),
        (60, Ok("first")),
        (120, Ok("second")),
        (180, Err("no answer")),
        (200, Ok("too early")),
        (240, Ok("malformed")),
        (300, Ok("third")),
    ] {
        let read = async |_| {
            reads.set(reads.get() + 1);
            answer.map(str::to_owned).map_err(str::to_owned)
        };
        watch.refresh(at(now), read).await;
    }
    assert_eq!(*keys.texts.lock().unwrap(), ["second", "third"]);
    assert_eq!(reads.get(), 5, "at most once a minute");
}

#[tokio::test]
async fn keys_that_cannot_be_used_are_read_again_after_five_seconds() {
    let (mut watch, keys) = watch();
    for now in [4, 9] {
        keys.outdated.store(true, Ordering::Relaxed);
        watch.refresh(at(now), async |_| Ok(now.to_string())).await;
    }
    watch.refresh(at(15), async |_| Ok("not outdated".to_owned())).await;
    assert_eq!(*keys.texts.lock().unwrap(), ["9"]);
}

#[tokio::test]
async fn a_request_waits_at_most_a_second_for_secrets_manager() {
    let (mut watch, keys) = watch();
    let refresh = watch.refresh(at(60), async |_| std::future::pending().await);
    timeout(BUDGET * 2, refresh).await.expect("the refresh ends");
    assert!(keys.texts.lock().unwrap().is_empty());
}
