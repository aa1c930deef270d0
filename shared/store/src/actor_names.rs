//! What the people and API keys behind ids are called, for lists.

use domain::actor::Actor;
use domain::ids::ClinicId;

use crate::client::{BATCH, Consistency};
use crate::item::RawItem;
use crate::key::Key;
use crate::page::readable;
use crate::{Store, StoreError, key};

/// The names of people and the descriptions of API keys.
#[derive(Clone, Debug, Default)]
pub struct ActorNames(Vec<(Actor, String)>);

impl ActorNames {
    /// The person's first and last name, or the key's description. `None` if it was not found.
    pub fn of(&self, actor: Actor) -> Option<String> {
        self.0.iter().find(|(known, _)| *known == actor).map(|(_, name)| name.clone())
    }
}

impl Store {
    /// Loads the names of a clinic's people and API keys, 100 in a read. Others have none. A name that changed in
    /// the last second can be the one before.
    pub async fn load_actor_names(
        &self,
        clinic: ClinicId,
        actors: impl IntoIterator<Item = Actor>,
    ) -> Result<ActorNames, StoreError> {
        let mut wanted: Vec<(Actor, Key)> = Vec::new();
        for actor in actors {
            let key = match actor {
                Actor::User(id) => key::user(clinic, id),
                Actor::ApiKey(id) => key::api_key(clinic, id),
                Actor::Invitee(_) | Actor::Viewer(_) | Actor::Operator | Actor::System => continue,
            };
            if !wanted.iter().any(|(known, _)| *known == actor) {
                wanted.push((actor, key));
            }
        }
        let mut names = Vec::with_capacity(wanted.len());
        for part in wanted.chunks(BATCH) {
            let keys: Vec<Key> = part.iter().map(|(_, key)| key.clone()).collect();
            let found = self.batch(&keys, Consistency::Eventual).await?;
            let found = part.iter().zip(&found).filter_map(|((actor, _), item)| {
                item.as_ref().map(|item| Ok((*actor, self.decode_name(*actor, item)?)))
            });
            names.extend(readable(found)?);
        }
        Ok(ActorNames(names))
    }

    fn decode_name(&self, actor: Actor, item: &RawItem) -> Result<String, StoreError> {
        Ok(match actor {
            Actor::ApiKey(_) => self.decode_api_key(item)?.description.as_str().to_owned(),
            _ => self.decode_user(item)?.profile.name.first_and_last(),
        })
    }
}
