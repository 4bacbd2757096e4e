//! SCRAM credentials of users.

use super::super::failure::Failure;
use super::alter::Changes;
use crate::client::Admin;
use crate::client::admin::{ScramAlteration, ScramMechanism};
use crate::shell::tool::ToolCtx;

const DEFAULT_ITERATIONS: i32 = 4096;
const LEAST_ITERATIONS: i32 = 4096;

pub async fn describe(ctx: &ToolCtx, admin: &Admin, users: &[String]) -> Result<(), Failure> {
    let found = admin.describe_user_scram_credentials(users).await;
    for (user, infos) in found.map_err(|error| Failure::from(error).execution())? {
        ctx.io.out_line(match infos {
            Ok(infos) => {
                let shown = |(mechanism, iterations): &(ScramMechanism, i32)| {
                    format!("{}=iterations={iterations}", mechanism.name())
                };
                let infos: Vec<String> = infos.iter().map(shown).collect();
                format!(
                    "SCRAM credential configs for user-principal '{user}' are {}",
                    infos.join(", ")
                )
            }
            Err(error) => format!(
                "Error retrieving SCRAM credential configs for user-principal '{user}': ExecutionException: {error}"
            ),
        });
    }
    Ok(())
}

pub async fn alter(admin: &Admin, user: &str, changes: &Changes) -> Result<(), Failure> {
    let mut alterations = Vec::new();
    for name in &changes.removed {
        if let Some(mechanism) = ScramMechanism::from_name(name) {
            alterations.push(ScramAlteration::Delete {
                user: user.to_owned(),
                mechanism,
            });
        }
    }
    for (name, credential) in &changes.added {
        if let Some(mechanism) = ScramMechanism::from_name(name) {
            let (iterations, password) = parse(mechanism, credential)?;
            alterations.push(ScramAlteration::Upsert {
                user: user.to_owned(),
                mechanism,
                iterations,
                password,
            });
        }
    }
    let results = admin.alter_user_scram_credentials(&alterations).await;
    for (_, result) in results.map_err(|error| Failure::from(error).execution())? {
        result.map_err(|error| Failure::from(error).execution())?;
    }
    Ok(())
}

/// `password=secret`, or `iterations=8192,password=secret`.
fn parse(mechanism: ScramMechanism, credential: &str) -> Result<(i32, String), Failure> {
    let java_name = mechanism.name().replace('-', "_");
    let invalid = || {
        Failure::illegal_argument(format!(
            "Invalid credential property {java_name}={credential}"
        ))
    };
    let (iterations, rest) = match credential.strip_prefix("iterations=") {
        Some(rest) => {
            let (number, rest) = rest.split_once(',').ok_or_else(invalid)?;
            (number, rest)
        }
        None => ("-1", credential),
    };
    let password = rest.strip_prefix("password=").ok_or_else(invalid)?;
    let iterations = match iterations {
        "-1" => DEFAULT_ITERATIONS,
        number => number.parse().map_err(|_| {
            let message = format!("For input string: \"{number}\"");
            Failure::illegal_argument(message)
        })?,
    };
    if iterations < LEAST_ITERATIONS {
        return Err(Failure::illegal_argument(format!(
            "Iterations {iterations} is less than the minimum {LEAST_ITERATIONS} required for {}",
            mechanism.name()
        )));
    }
    Ok((iterations, password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_have_iterations_and_a_password() {
        let parse = |text: &str| parse(ScramMechanism::Sha256, text);
        assert_eq!(parse("password=a,b"), Ok((4096, "a,b".to_owned())));
        let more = parse("iterations=8192,password=s");
        assert_eq!(more, Ok((8192, "s".to_owned())));
        let message = |text: &str| parse(text).unwrap_err().message().to_owned();
        assert_eq!(
            message("iterations=10,password=s"),
            "Iterations 10 is less than the minimum 4096 required for SCRAM-SHA-256"
        );
        assert_eq!(
            message("secret"),
            "Invalid credential property SCRAM_SHA_256=secret"
        );
    }
}
