//! `normalise.json`: what is made equal before output is compared.

use regex::bytes::{Regex, RegexBuilder};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

enum Effect {
    Replace(Vec<u8>),
    Drop,
    Collapse,
    /// This line and all that follow become one.
    Rest(Vec<u8>),
}

struct Rule {
    regex: Regex,
    effect: Effect,
    when: Option<String>,
    unless: Option<String>,
}

/// The rules in their order.
pub struct Rules(Vec<Rule>);

impl Rules {
    pub fn read(path: &Path) -> Result<Rules, String> {
        let fault = |why: String| format!("{}: {why}", path.display());
        let text = std::fs::read_to_string(path).map_err(|e| fault(e.to_string()))?;
        Rules::parse(&text).map_err(fault)
    }

    fn parse(text: &str) -> Result<Rules, String> {
        let value: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let list = value.as_array().ok_or("not a list of rules")?;
        list.iter().map(rule).collect::<Result<_, _>>().map(Rules)
    }

    /// Applies all rules to the lines of one stream, one rule over all lines before the next.
    pub fn apply(&self, mut lines: Vec<Vec<u8>>, words: &BTreeSet<String>) -> Vec<Vec<u8>> {
        for rule in &self.0 {
            let has = |word: &Option<String>| word.as_ref().map(|w| words.contains(w));
            if has(&rule.when) == Some(false) || has(&rule.unless) == Some(true) {
                continue;
            }
            let mut out: Vec<Vec<u8>> = Vec::with_capacity(lines.len());
            for line in lines {
                let hit = rule.regex.is_match(&line);
                match &rule.effect {
                    Effect::Drop if hit => {}
                    Effect::Collapse if hit && out.last() == Some(&line) => {}
                    Effect::Rest(text) if hit => {
                        out.push(text.clone());
                        break;
                    }
                    Effect::Replace(text) if hit => {
                        out.push(rule.regex.replace_all(&line, &text[..]).into_owned());
                    }
                    _ => out.push(line),
                }
            }
            lines = out;
        }
        lines
    }
}

fn rule(value: &Value) -> Result<Rule, String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let flag = |key: &str| value.get(key).and_then(Value::as_bool) == Some(true);
    let pattern = text("regex").ok_or("a rule without regex")?;
    let regex = RegexBuilder::new(pattern)
        .unicode(false)
        .build()
        .map_err(|e| format!("{pattern}: {e}"))?;
    let replace = text("replace").map(template);
    let effect = match replace {
        _ if flag("drop") => Effect::Drop,
        _ if flag("collapse") => Effect::Collapse,
        Some(text) if flag("rest") => Effect::Rest(text),
        Some(text) => Effect::Replace(text),
        None => return Err(format!("{pattern}: nothing to do")),
    };
    let word = |key: &str| text(key).map(str::to_owned);
    Ok(Rule {
        regex,
        effect,
        when: word("when"),
        unless: word("unless"),
    })
}

/// `$1` has one digit here; the engine would take `$1x` for a name.
fn template(text: &str) -> Vec<u8> {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek().filter(|d| c == '$' && d.is_ascii_digit()) {
            Some(digit) => {
                out.push_str(&format!("${{{digit}}}"));
                chars.next();
            }
            None if c == '$' => out.push_str("$$"),
            None => out.push(c),
        }
    }
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(rules: &str, lines: &str, words: &[&str]) -> String {
        let rules = Rules::parse(rules).expect("the rules are well formed");
        let lines = lines.split('\n').map(|l| l.as_bytes().to_vec()).collect();
        let words = words.iter().map(|w| (*w).to_owned()).collect();
        let out = rules.apply(lines, &words);
        String::from_utf8(out.join(&b'\n')).expect("ASCII")
    }

    #[test]
    fn each_effect_does_what_it_says() {
        let replace = r#"[{"regex":"(\\d+)x","replace":"<$1>$$"}]"#;
        assert_eq!(apply(replace, "1x 22x", &[]), "<1>$$ <22>$$");
        let rest = r#"[{"regex":"^Option","rest":true,"replace":"<USAGE>"}]"#;
        assert_eq!(apply(rest, "a\nOption\nb", &[]), "a\n<USAGE>");
        let drop = r#"[{"regex":"^\\s+at ","drop":true}]"#;
        assert_eq!(apply(drop, "a\n  at b\nc", &[]), "a\nc");
        let collapse = r#"[{"regex":"^W","collapse":true}]"#;
        assert_eq!(apply(collapse, "W1\nW1\nW2\nx\nx", &[]), "W1\nW2\nx\nx");
    }

    #[test]
    fn words_switch_rules_on_and_off() {
        let rules = r#"[{"regex":"a","replace":"b","when":"on"},{"regex":"c","replace":"d","unless":"on"}]"#;
        assert_eq!(apply(rules, "ac", &[]), "ad");
        assert_eq!(apply(rules, "ac", &["on"]), "bc");
    }
}
