//! SCRAM credentials of users (KIP-554): the client salts the password, the cluster never sees it.

mod hash;

use super::call::{Target, check};
use super::{Admin, PerItem, Result};
use crate::client::ClientError;
use crate::protocol::ErrorCode;
use crate::protocol::messages::alter_user_scram_credentials_request::{
    ScramCredentialDeletion, ScramCredentialUpsertion,
};
use crate::protocol::messages::describe_user_scram_credentials_request::UserName;
use crate::protocol::messages::{
    AlterUserScramCredentialsRequest, DescribeUserScramCredentialsRequest,
};
use hash::Hash;

/// How a password is salted, with its number in the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScramMechanism {
    Sha256 = 1,
    Sha512 = 2,
}

impl ScramMechanism {
    const ALL: [ScramMechanism; 2] = [ScramMechanism::Sha256, ScramMechanism::Sha512];

    /// `SCRAM-SHA-256` or `SCRAM-SHA-512`.
    pub fn name(self) -> &'static str {
        match self {
            ScramMechanism::Sha256 => "SCRAM-SHA-256",
            ScramMechanism::Sha512 => "SCRAM-SHA-512",
        }
    }

    pub fn from_name(name: &str) -> Option<ScramMechanism> {
        Self::ALL.into_iter().find(|m| m.name() == name)
    }

    fn from_id(id: i8) -> Option<ScramMechanism> {
        Self::ALL.into_iter().find(|m| *m as i8 == id)
    }

    fn hash(self) -> Hash {
        match self {
            ScramMechanism::Sha256 => Hash::Sha256,
            ScramMechanism::Sha512 => Hash::Sha512,
        }
    }
}

/// A change of one user's credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScramAlteration {
    Delete {
        user: String,
        mechanism: ScramMechanism,
    },
    Upsert {
        user: String,
        mechanism: ScramMechanism,
        iterations: i32,
        password: String,
    },
}

/// Mechanisms and iterations of a user's credentials.
pub type ScramInfos = Vec<(ScramMechanism, i32)>;

impl Admin {
    /// Credentials of these users, or of all if none is named. Users without any are left out.
    pub async fn describe_user_scram_credentials(
        &self,
        users: &[String],
    ) -> Result<PerItem<String, ScramInfos>> {
        let names = users.iter().map(|name| UserName {
            name: name.clone(),
            ..Default::default()
        });
        let names: Vec<UserName> = names.collect();
        let request = DescribeUserScramCredentialsRequest {
            users: (!names.is_empty()).then_some(names),
            ..Default::default()
        };
        let name = "describeUserScramCredentials";
        let response = self
            .0
            .request(name, Target::Any, |_| request.clone())
            .await?;
        check(response.error_code, response.error_message)?;
        let missing = ErrorCode::RESOURCE_NOT_FOUND.code();
        let found = response
            .results
            .into_iter()
            .filter(|r| r.error_code != missing);
        Ok(found
            .map(|r| {
                let infos = r.credential_infos.iter().filter_map(|info| {
                    Some((ScramMechanism::from_id(info.mechanism)?, info.iterations))
                });
                let infos = infos.collect();
                (r.user, check(r.error_code, r.error_message).map(|()| infos))
            })
            .collect())
    }

    pub async fn alter_user_scram_credentials(
        &self,
        alterations: &[ScramAlteration],
    ) -> Result<PerItem<String, ()>> {
        let mut request = AlterUserScramCredentialsRequest::default();
        for alteration in alterations {
            match alteration {
                ScramAlteration::Delete { user, mechanism } => {
                    request.deletions.push(ScramCredentialDeletion {
                        name: user.clone(),
                        mechanism: *mechanism as i8,
                        ..Default::default()
                    });
                }
                ScramAlteration::Upsert {
                    user,
                    mechanism,
                    iterations,
                    password,
                } => {
                    let salt = self.salt();
                    let hash = mechanism.hash();
                    let salted = hash.hi(password.as_bytes(), &salt, *iterations);
                    request.upsertions.push(ScramCredentialUpsertion {
                        name: user.clone(),
                        mechanism: *mechanism as i8,
                        iterations: *iterations,
                        salt: salt.into(),
                        salted_password: salted.into(),
                        ..Default::default()
                    });
                }
            }
        }
        let name = "alterUserScramCredentials";
        let send = self
            .0
            .request(name, Target::Controller, |_| request.clone());
        let response = send.await?;
        let results = response.results.into_iter();
        Ok(results
            .map(|r| (r.user, check(r.error_code, r.error_message)))
            .collect::<Vec<(String, std::result::Result<(), ClientError>)>>())
    }

    /// 128 random bits.
    fn salt(&self) -> Vec<u8> {
        let random = || self.0.core.env.runtime.random_u64().to_be_bytes();
        [random(), random()].concat()
    }
}
