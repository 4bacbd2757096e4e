//! DescribeUserScramCredentials and AlterUserScramCredentials.

use crate::fixture::{Fixture, check_versions, outcome};
use bytes::Bytes;
use expect_test::expect;
use kafka_sandbox::api::{k50_describe_user_scram_credentials, k51_alter_user_scram_credentials};
use kafka_sandbox::protocol::messages::alter_user_scram_credentials_request::{
    ScramCredentialDeletion, ScramCredentialUpsertion,
};
use kafka_sandbox::protocol::messages::describe_user_scram_credentials_request::UserName;
use kafka_sandbox::protocol::messages::{
    AlterUserScramCredentialsRequest, DescribeUserScramCredentialsRequest,
};

fn set(user: &str, mechanism: i8, iterations: i32) -> ScramCredentialUpsertion {
    ScramCredentialUpsertion {
        name: user.into(),
        mechanism,
        iterations,
        salt: Bytes::from_static(b"salt"),
        salted_password: Bytes::from_static(b"secret"),
        ..ScramCredentialUpsertion::default()
    }
}

fn alter(
    fixture: &mut Fixture,
    deletions: &[(&str, i8)],
    upsertions: Vec<ScramCredentialUpsertion>,
) -> String {
    let deletion = |&(user, mechanism): &(&str, i8)| ScramCredentialDeletion {
        name: user.into(),
        mechanism,
        ..ScramCredentialDeletion::default()
    };
    let request = AlterUserScramCredentialsRequest {
        deletions: deletions.iter().map(deletion).collect(),
        upsertions,
        ..AlterUserScramCredentialsRequest::default()
    };
    let decision = k51_alter_user_scram_credentials::handle(&fixture.image, &request);
    let response = fixture.apply(decision);
    check_versions(&response, 0..=0);
    let results = response.results.iter();
    results
        .map(|r| {
            format!(
                "{} {}",
                r.user,
                outcome(r.error_code, r.error_message.as_deref())
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn describe(fixture: &Fixture, users: &[&str]) -> String {
    let user = |name: &&str| UserName {
        name: (*name).to_owned(),
        ..UserName::default()
    };
    let request = DescribeUserScramCredentialsRequest {
        users: Some(users.iter().map(user).collect()),
        ..DescribeUserScramCredentialsRequest::default()
    };
    let response = k50_describe_user_scram_credentials::handle(&fixture.image, &request);
    check_versions(&response, 0..=0);
    let mut lines = Vec::new();
    for r in &response.results {
        let infos: Vec<(i8, i32)> = r
            .credential_infos
            .iter()
            .map(|i| (i.mechanism, i.iterations))
            .collect();
        let said = outcome(r.error_code, r.error_message.as_deref());
        lines.push(format!("{} {said} {infos:?}", r.user));
    }
    lines.join("\n")
}

#[test]
fn credentials_are_kept_and_shown_without_the_secret() {
    let mut fixture = Fixture::new();
    let wanted = vec![set("alice", 1, 4096), set("bob", 2, 8192)];
    assert_eq!(alter(&mut fixture, &[], wanted), "alice ok\nbob ok");
    expect![[r#"
        alice ok [(1, 4096)]
        bob ok [(2, 8192)]"#]]
    .assert_eq(&describe(&fixture, &[]));
    let kept = format!("{:?}", fixture.log);
    assert!(!kept.contains("secret"), "{kept}");
    assert_eq!(alter(&mut fixture, &[("alice", 1)], vec![]), "alice ok");
    expect![[r#"
        alice RESOURCE_NOT_FOUND: Attempt to describe a user credential that does not exist: alice []
        bob DUPLICATE_RESOURCE: Cannot describe SCRAM credentials for the same user twice in a single request: bob []"#]]
    .assert_eq(&describe(&fixture, &["alice", "bob", "bob"]));
}

#[test]
fn what_cannot_be_is_told_with_kafkas_words() {
    let mut fixture = Fixture::new();
    expect![[r#"
        a UNACCEPTABLE_CREDENTIAL: Too few iterations
        b UNACCEPTABLE_CREDENTIAL: Too many iterations
        c UNSUPPORTED_SASL_MECHANISM: Unknown SCRAM mechanism
        d RESOURCE_NOT_FOUND: Attempt to delete a user credential that does not exist
        e DUPLICATE_RESOURCE: A user credential cannot be altered twice in the same request"#]]
    .assert_eq(&alter(
        &mut fixture,
        &[("d", 1)],
        vec![
            set("a", 1, 4095),
            set("b", 1, 16_385),
            set("c", 9, 4096),
            set("e", 1, 4096),
            set("e", 2, 4096),
        ],
    ));
}
