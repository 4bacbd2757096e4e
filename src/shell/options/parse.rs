//! The words of a command line, sorted into options and the rest.

use super::{Arg, Kind, OptSpec};

/// What joptsimple would throw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptError {
    /// Full name of the exception's class.
    pub class: &'static str,
    pub message: String,
    /// What stands behind `Caused by:`, one each.
    pub causes: Vec<String>,
}

impl OptError {
    fn new(class: &'static str, message: String) -> Self {
        OptError {
            class,
            message,
            causes: Vec::new(),
        }
    }

    fn conversion(name: &str, value: &str) -> Self {
        let cause = format!("java.lang.NumberFormatException: For input string: \"{value}\"");
        OptError {
            class: "joptsimple.OptionArgumentConversionException",
            message: format!("Cannot parse argument '{value}' of option {name}"),
            causes: vec![
                format!("joptsimple.internal.ReflectionException: {cause}"),
                cause,
            ],
        }
    }
}

/// The options of one command line.
#[derive(Debug, Clone, Default)]
pub struct Options {
    specs: &'static [OptSpec],
    /// Each option that was given, in that order; `None` is one without an argument.
    given: Vec<(&'static str, Option<String>)>,
    /// What options of old Kafka count as.
    replaced: Vec<(&'static str, Option<String>)>,
    rest: Vec<String>,
    notes: Vec<&'static str>,
}

fn looks_like_an_option(word: &str) -> bool {
    word.starts_with('-') && word != "-" && word != "--"
}

fn convertible(kind: Kind, value: &str) -> bool {
    // Java takes one leading sign as Rust does, and no spaces.
    match kind {
        Kind::String => true,
        Kind::Integer => value.parse::<i32>().is_ok(),
        Kind::Long => value.parse::<i64>().is_ok(),
        Kind::Double => value.parse::<f64>().is_ok(),
    }
}

impl Options {
    /// Sorts `args`. With `strict`, options that only old Kafka had are not recognised.
    pub fn parse(
        specs: &'static [OptSpec],
        args: &[String],
        strict: bool,
    ) -> Result<Self, OptError> {
        let mut options = Options {
            specs,
            ..Options::default()
        };
        let mut words = args.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            if word == "--" {
                options.rest.extend(words.by_ref().map(str::to_owned));
                break;
            }
            if !looks_like_an_option(word) {
                options.rest.push(word.to_owned());
                continue;
            }
            let body = word.strip_prefix("--").unwrap_or(&word[1..]);
            let (name, inline) = match body.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (body, None),
            };
            let spec = specs
                .iter()
                .find(|s| s.name == name && !(strict && s.legacy.is_some()));
            let Some(spec) = spec else {
                return Err(unrecognized(word, name));
            };
            let value = match (spec.arg, inline) {
                (Arg::None, _) => None,
                (_, Some(value)) => Some(value),
                (Arg::Required, None) => Some(words.next().ok_or_else(|| missing(name))?),
                (Arg::Optional, None) => words.next_if(|next| takes(spec, next)),
            };
            options.add(spec, value);
        }
        // Old and new ways to say the same thing stood side by side in some courses: the new one counts.
        for (target, value) in std::mem::take(&mut options.replaced) {
            if !options.has(target) {
                options.given.push((target, value));
            }
        }
        options.check()?;
        Ok(options)
    }

    fn add(&mut self, spec: &'static OptSpec, value: Option<&str>) {
        if let Some(legacy) = spec.legacy {
            if !self.notes.contains(&legacy.note) {
                self.notes.push(legacy.note);
            }
            self.given.push((spec.name, value.map(str::to_owned)));
            if let Some(target) = legacy.becomes {
                let value = legacy.value.or(value).map(str::to_owned);
                self.replaced.push((target, value));
            }
            return;
        }
        match (spec.separator, value) {
            (Some(separator), Some(value)) if value.chars().any(|c| c != separator) => {
                let values = value.split(separator).filter(|v| !v.is_empty());
                self.given
                    .extend(values.map(|v| (spec.name, Some(v.to_owned()))));
            }
            _ => self.given.push((spec.name, value.map(str::to_owned))),
        }
    }

    /// What joptsimple checks when all words are read.
    fn check(&self) -> Result<(), OptError> {
        if self.has("help") {
            return Ok(());
        }
        let list = |names: Vec<&str>| format!("[{}]", names.join(", "));
        let absent = self
            .specs
            .iter()
            .filter(|s| s.required && !self.has(s.name));
        let absent: Vec<_> = absent.map(|s| s.name).collect();
        if !absent.is_empty() {
            return Err(OptError::new(
                "joptsimple.MissingRequiredOptionsException",
                format!("Missing required option(s) {}", list(absent)),
            ));
        }
        let any = |names: &[&str]| names.iter().any(|name| self.has(name));
        let forbidden = self.specs.iter().filter(|s| {
            self.has(s.name)
                && (!s.available_if.is_empty() && !any(s.available_if) || any(s.available_unless))
        });
        let forbidden: Vec<_> = forbidden.map(|s| s.name).collect();
        if !forbidden.is_empty() {
            return Err(OptError::new(
                "joptsimple.UnavailableOptionException",
                format!(
                    "Option(s) {} are unavailable given other options on the command line",
                    list(forbidden)
                ),
            ));
        }
        Ok(())
    }

    fn spec(&self, name: &str) -> Option<&'static OptSpec> {
        self.specs.iter().find(|s| s.name == name)
    }

    /// The option is on the command line (a default alone does not count).
    pub fn has(&self, name: &str) -> bool {
        self.given.iter().any(|(given, _)| *given == name)
    }

    /// The option is on the command line with an argument (of interest if it is optional).
    pub fn has_argument(&self, name: &str) -> bool {
        self.given
            .iter()
            .any(|(given, value)| *given == name && value.is_some())
    }

    /// All arguments of an option in their order, or its default.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let given = self.given.iter().filter(|(given, _)| *given == name);
        let values: Vec<&str> = given.filter_map(|(_, value)| value.as_deref()).collect();
        match self.spec(name).and_then(|s| s.default) {
            Some(default) if values.is_empty() => vec![default],
            _ => values,
        }
    }

    /// The option's one argument, or its default. Fails if it was given twice.
    pub fn one(&self, name: &str) -> Result<Option<&str>, OptError> {
        match self.all(name)[..] {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err(OptError::new(
                "joptsimple.MultipleArgumentsForOptionException",
                format!("Found multiple arguments for option {name}, but you asked for only one"),
            )),
        }
    }

    /// As [`Options::one`], a 32-bit number.
    pub fn int(&self, name: &str) -> Result<Option<i32>, OptError> {
        self.number(name)
    }

    /// As [`Options::one`], a 64-bit number.
    pub fn long(&self, name: &str) -> Result<Option<i64>, OptError> {
        self.number(name)
    }

    /// As [`Options::one`], converted to the option's type and back, as Java shows it.
    pub fn typed(&self, name: &str) -> Result<Option<String>, OptError> {
        Ok(match self.spec(name).map(|s| s.kind) {
            Some(Kind::Integer) => self.int(name)?.map(|n| n.to_string()),
            Some(Kind::Long) => self.long(name)?.map(|n| n.to_string()),
            _ => self.one(name)?.map(str::to_owned),
        })
    }

    /// The names of the options in the order in which they were given; one that came again, comes again.
    pub fn order(&self) -> impl Iterator<Item = &'static str> {
        self.given.iter().map(|(name, _)| *name)
    }

    /// All arguments of an option, as 64-bit numbers.
    pub fn longs(&self, name: &str) -> Result<Vec<i64>, OptError> {
        let parse = |text: &str| text.parse().map_err(|_| OptError::conversion(name, text));
        self.all(name).into_iter().map(parse).collect()
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, OptError> {
        let value = self.one(name)?;
        value
            .map(|v| v.parse().map_err(|_| OptError::conversion(name, v)))
            .transpose()
    }

    /// Words that belong to no option.
    pub fn rest(&self) -> &[String] {
        &self.rest
    }

    /// What to say of the old options that were used.
    pub(crate) fn notes(&self) -> &[&'static str] {
        &self.notes
    }
}

/// Whether an optional argument takes the next word.
fn takes(spec: &OptSpec, next: &str) -> bool {
    let number = spec.kind != Kind::String;
    next != "--" && convertible(spec.kind, next) && (number || !looks_like_an_option(next))
}

fn unrecognized(word: &str, name: &str) -> OptError {
    // A single dash starts a cluster of one-letter options, and the first letter is unknown.
    let shown = match word.starts_with("--") {
        true => name,
        false => name
            .char_indices()
            .nth(1)
            .map_or(name, |(end, _)| &name[..end]),
    };
    let message = format!("{shown} is not a recognized option");
    OptError::new("joptsimple.UnrecognizedOptionException", message)
}

fn missing(name: &str) -> OptError {
    OptError::new(
        "joptsimple.OptionMissingRequiredArgumentException",
        format!("Option {name} requires an argument"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    static SPECS: [OptSpec; 8] = [
        OptSpec::flag("list", ""),
        OptSpec::value("topic", "topic", ""),
        OptSpec::optional("codec", "codec", ""),
        OptSpec::value("size", "bytes", "")
            .kind(Kind::Integer)
            .default("7"),
        OptSpec::value("fields", "names", "").separated_by(','),
        OptSpec::flag("members", "").available_if(&["describe"]),
        OptSpec::flag("describe", "").available_unless(&["list"]),
        OptSpec::value("broker-list", "", "")
            .legacy("old")
            .becomes("topic", None),
    ];

    fn parse(line: &str) -> Result<Options, OptError> {
        let args: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&SPECS, &args, false)
    }

    fn message(line: &str) -> String {
        parse(line).unwrap_err().message
    }

    #[test]
    fn arguments_are_taken_as_joptsimple_takes_them() {
        let o = parse("--topic a --topic=b -list x --topic --list").unwrap();
        assert_eq!(o.all("topic"), ["a", "b", "--list"]);
        assert_eq!(o.rest(), ["x"]);
        assert!(o.has("list"));
        let o = parse("--topic= a").unwrap();
        assert_eq!(
            (o.all("topic"), o.rest()),
            (vec![""], &["a".to_owned()][..])
        );
        assert_eq!(parse("--list=yes -- --topic").unwrap().rest(), ["--topic"]);
        assert_eq!(parse("--fields a,,b").unwrap().all("fields"), ["a", "b"]);
    }

    #[test]
    fn an_optional_argument_is_not_an_option() {
        assert!(!parse("--codec --list").unwrap().has_argument("codec"));
        assert_eq!(parse("--codec zstd").unwrap().all("codec"), ["zstd"]);
        assert!(!parse("--codec").unwrap().has_argument("codec"));
    }

    #[test]
    fn errors_have_the_library_s_words() {
        assert_eq!(message("--top a"), "top is not a recognized option");
        assert_eq!(message("-top a"), "t is not a recognized option");
        assert_eq!(message("--topic"), "Option topic requires an argument");
        assert_eq!(
            message("--members --list --describe"),
            "Option(s) [describe] are unavailable given other options on the command line"
        );
        let o = parse("--size big --topic a --topic b").unwrap();
        assert_eq!(
            o.int("size").unwrap_err().message,
            "Cannot parse argument 'big' of option size"
        );
        assert_eq!(
            o.one("topic").unwrap_err().message,
            "Found multiple arguments for option topic, but you asked for only one"
        );
        assert_eq!(parse("").unwrap().int("size"), Ok(Some(7)));
    }

    #[test]
    fn an_old_option_counts_as_the_new_one_unless_strict() {
        let o = parse("--broker-list x").unwrap();
        assert_eq!((o.one("topic"), o.notes()), (Ok(Some("x")), &["old"][..]));
        let args = ["--broker-list".to_owned(), "x".to_owned()];
        let error = Options::parse(&SPECS, &args, true).unwrap_err();
        assert_eq!(error.message, "broker-list is not a recognized option");
    }
}
