//! `--list` and `--validate-regex`.

use super::super::failure::Failure;
use super::super::java;
use super::cell;
use crate::client::Admin;
use crate::client::admin::GroupListing;
use crate::shell::tool::ToolCtx;
use regex_lite::Regex;

/// States of consumer groups, as Kafka spells them.
const STATES: [&str; 7] = [
    "PreparingRebalance",
    "CompletingRebalance",
    "Stable",
    "Dead",
    "Empty",
    "Assigning",
    "Reconciling",
];
const TYPES: [&str; 2] = ["Classic", "Consumer"];
/// With those that are no groups of consumers.
const ALL_TYPES: [&str; 4] = ["Classic", "Consumer", "Share", "Streams"];

pub async fn list(ctx: &ToolCtx, admin: &Admin) -> Result<(), Failure> {
    let (with_type, with_state) = (ctx.options.has("type"), ctx.options.has("state"));
    if !with_type && !with_state {
        for group in group_ids(admin).await? {
            ctx.io.out_line(group);
        }
        return Ok(());
    }
    let types = chosen(ctx.options.one("type")?, &TYPES, "types list", "types")?;
    let states = chosen(ctx.options.one("state")?, &STATES, "state list", "states")?;
    let groups = groups(admin, &states, &types).await?;
    for line in table(&groups, with_type, with_state) {
        ctx.io.out_line(line);
    }
    Ok(())
}

/// The names in `--state` or `--type`, as Kafka spells them; none for all.
fn chosen(
    given: Option<&str>,
    valid: &[&'static str],
    list: &str,
    plural: &str,
) -> Result<Vec<&'static str>, Failure> {
    let Some(given) = given.filter(|text| !text.is_empty()) else {
        return Ok(Vec::new());
    };
    let find = |name: &str| {
        let found = valid.iter().find(|v| v.eq_ignore_ascii_case(name.trim()));
        found.copied()
    };
    let names: Option<Vec<&'static str>> = given.split(',').map(find).collect();
    names.ok_or_else(|| {
        Failure::illegal_argument(format!(
            "Invalid {list} '{given}'. Valid {plural} are: {}",
            valid.join(", ")
        ))
    })
}

/// Groups of consumers, in the order in which Java's admin client gives them.
async fn groups(
    admin: &Admin,
    states: &[&str],
    types: &[&str],
) -> Result<Vec<GroupListing>, Failure> {
    let groups = admin.list_groups(states, types).await;
    let mut groups = groups.map_err(|error| Failure::from(error).execution())?;
    groups.retain(|group| matches!(&*group.protocol_type, "" | "consumer"));
    Ok(java::as_grown_map(groups, |group| &group.group_id))
}

/// The names of all groups.
pub async fn group_ids(admin: &Admin) -> Result<Vec<String>, Failure> {
    let groups = groups(admin, &[], &TYPES).await.map_err(Failure::runtime)?;
    Ok(groups.into_iter().map(|group| group.group_id).collect())
}

fn table(groups: &[GroupListing], with_type: bool, with_state: bool) -> Vec<String> {
    let longest = groups.iter().map(|g| g.group_id.chars().count()).max();
    let width = longest.unwrap_or(0).max(15) + 10;
    let line = |group: &str, kind: &str, state: &str| {
        let mut line = cell(group, width);
        for (shown, text) in [(with_type, kind), (with_state, state)] {
            if shown {
                line.push_str(&format!(" {text:20}"));
            }
        }
        line
    };
    // Java's client knows names in any case, and shows them as it spells them itself.
    let spelled = |text: &str, known: &[&'static str]| {
        let found = known.iter().find(|name| name.eq_ignore_ascii_case(text));
        found.copied().unwrap_or("Unknown")
    };
    let mut lines = vec![line("GROUP", "TYPE", "STATE")];
    lines.extend(groups.iter().map(|group| {
        let kind = spelled(&group.group_type, &ALL_TYPES);
        let state = spelled(&group.state, &STATES);
        line(&group.group_id, kind, state)
    }));
    lines
}

/// Whether a regular expression would do, in the words of RE2/J, which brokers use.
pub fn validate_regex(regex: &str) -> String {
    match Regex::new(regex) {
        Ok(_) => format!("The regular expression `{regex}` is valid."),
        Err(error) => format!(
            "The regular expression `{regex}` is invalid: {}.",
            re2_words(&error.to_string())
        ),
    }
}

/// What RE2/J says where this project's engine says `error`.
fn re2_words(error: &str) -> &'static str {
    const WORDS: [(&str, &str); 12] = [
        ("without matching '('", "regexp/syntax: internal error"),
        ("closing ')'", "missing closing )"),
        ("closing bracket", "missing closing ]"),
        ("unclosed character class", "missing closing ]"),
        (
            "repetition operator must",
            "missing argument to repetition operator",
        ),
        ("bigger than its max", "invalid repeat count"),
        (
            "start of escape sequence",
            "trailing backslash at end of expression",
        ),
        ("escape", "invalid escape sequence"),
        ("backreferences", "invalid escape sequence"),
        ("group name", "invalid named capture"),
        ("character class", "invalid character class range"),
        ("decimal number", "invalid repeat count"),
    ];
    let found = WORDS.iter().find(|(part, _)| error.contains(part));
    found.map_or("invalid or unsupported Perl syntax", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(group_id: &str) -> GroupListing {
        GroupListing {
            group_id: group_id.into(),
            protocol_type: "consumer".into(),
            state: "Stable".into(),
            group_type: String::new(),
        }
    }

    #[test]
    fn groups_are_listed_in_padded_columns() {
        let lines = table(&[listing("billing")], true, true);
        assert_eq!(
            lines,
            [
                "GROUP                     TYPE                 STATE               ",
                "billing                   Unknown              Stable              ",
            ]
        );
        let long = "a".repeat(30);
        let lines = table(&[listing(&long)], false, true);
        assert_eq!(lines[0].len(), 40 + 1 + 20);
    }

    #[test]
    fn states_are_known_in_any_case() {
        let states = chosen(Some("empty, STABLE"), &STATES, "state list", "states");
        assert_eq!(states, Ok(vec!["Empty", "Stable"]));
        let error = chosen(Some("x"), &TYPES, "types list", "types").unwrap_err();
        assert_eq!(
            error.message(),
            "Invalid types list 'x'. Valid types are: Classic, Consumer"
        );
    }

    #[test]
    fn regular_expressions_are_judged_in_the_broker_s_words() {
        let verdict = |regex: &str| {
            let text = validate_regex(regex);
            let (_, verdict) = text.split_once("` is ").unwrap();
            verdict.to_owned()
        };
        assert_eq!(verdict("b.*"), "valid.");
        assert_eq!(verdict("a["), "invalid: missing closing ].");
        assert_eq!(verdict("(a"), "invalid: missing closing ).");
        assert_eq!(verdict("a)"), "invalid: regexp/syntax: internal error.");
        assert_eq!(
            verdict("*a"),
            "invalid: missing argument to repetition operator."
        );
        assert_eq!(
            verdict("a\\"),
            "invalid: trailing backslash at end of expression."
        );
        assert_eq!(verdict("\\1"), "invalid: invalid escape sequence.");
        assert_eq!(verdict("a{2,1}"), "invalid: invalid repeat count.");
        assert_eq!(verdict("[b-a]"), "invalid: invalid character class range.");
        assert_eq!(
            verdict("(?=a)"),
            "invalid: invalid or unsupported Perl syntax."
        );
    }
}
