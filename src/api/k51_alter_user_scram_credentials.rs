//! AlterUserScramCredentials (key 51), version 0 (KIP-554). There is no SASL: credentials are kept and
//! shown, and nobody logs in with them.

use crate::metadata::MetadataImage;
use crate::metadata::controller::{Decision, alter_scram_credentials};
use crate::protocol::messages::{
    AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse,
};

/// The answer, to be sent when the records are durable.
pub fn handle(
    image: &MetadataImage,
    request: &AlterUserScramCredentialsRequest,
) -> Decision<AlterUserScramCredentialsResponse> {
    alter_scram_credentials(image, request)
}
