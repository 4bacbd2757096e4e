//! What the broker answers, API by API; each file is named after the handler that it tests.

mod fixture;
mod k00_produce;
mod k01_fetch;
mod k02_list_offsets;
mod k03_metadata;
mod k10_find_coordinator;
mod k18_api_versions;
mod k19_create_topics;
mod k20_delete_topics;
mod k21_delete_records;
mod k22_init_producer_id;
mod k23_offset_for_leader_epoch;
mod k32_describe_configs;
mod k33_alter_configs;
mod k35_describe_log_dirs;
mod k37_create_partitions;
mod k43_elect_leaders;
mod k44_incremental_alter_configs;
mod k48_client_quotas;
mod k50_user_scram_credentials;
mod k60_describe_cluster;
mod k61_describe_producers;
mod k74_list_config_resources;
mod k75_describe_topic_partitions;
mod metadata_log;
mod support;
