//! The broker's request handlers, one file per API key.
pub mod k08_offset_commit;
pub mod k09_offset_fetch;
pub mod k11_join_group;
pub mod k12_heartbeat;
pub mod k13_leave_group;
pub mod k14_sync_group;
pub mod k15_describe_groups;
pub mod k16_list_groups;
pub mod k42_delete_groups;
pub mod k47_offset_delete;
