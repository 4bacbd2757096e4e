//! Client quotas (KIP-546) as they were set. They are kept and shown, and nothing enforces them.

use crate::base::SortedMap;
use crate::protocol::messages::ClientQuotaRecord;

/// Whom a quota is for: entity types (`user`, `client-id`, `ip`) with names; `None` is the default
/// entity.
pub type QuotaEntity = SortedMap<String, Option<String>>;

/// Values by key for each entity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Quotas(SortedMap<QuotaEntity, SortedMap<String, f64>>);

impl Quotas {
    pub fn iter(&self) -> impl Iterator<Item = (&QuotaEntity, &SortedMap<String, f64>)> {
        self.0.iter()
    }

    pub fn get(&self, entity: &QuotaEntity) -> Option<&SortedMap<String, f64>> {
        self.0.get(entity)
    }

    pub(super) fn replay(&mut self, record: &ClientQuotaRecord) {
        let parts = record.entity.iter();
        let entity: QuotaEntity = parts
            .map(|part| (part.entity_type.clone(), part.entity_name.clone()))
            .collect();
        if !record.remove {
            self.0
                .entry(entity)
                .or_default()
                .insert(record.key.clone(), record.value);
        } else if let Some(values) = self.0.get_mut(&entity) {
            values.remove(&record.key);
            if values.is_empty() {
                self.0.remove(&entity);
            }
        }
    }
}
