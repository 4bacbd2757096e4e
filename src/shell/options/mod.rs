//! Options of Kafka's tools, by the rules of joptsimple as those tools use it.
//!
//! Names cannot be abbreviated, `-list` means `--list`, an option may come again, a required argument
//! takes the next word whatever it is. Values are converted when asked for, as there. Short
//! options in clusters and `-W` are not here: no tool has them.

mod parse;
mod usage;

pub use parse::{OptError, Options};
pub use usage::{table, usage};

/// Whether an option takes an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arg {
    None,
    Required,
    Optional,
}

/// The type of an option's argument: shown in the usage, checked when the value is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    String,
    Integer,
    Long,
    Double,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::String => "String",
            Kind::Integer => "Integer",
            Kind::Long => "Long",
            Kind::Double => "Double",
        }
    }
}

/// An option that current Kafka no longer has, but old course material uses. It is refused in strict
/// mode, and not shown in the usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Legacy {
    /// Said once on standard error, after the tool's name and a colon.
    pub note: &'static str,
    /// The option that it counts as, if any.
    pub becomes: Option<&'static str>,
    /// The value that it then has, in place of the given one.
    pub value: Option<&'static str>,
}

/// One option of a tool. Build with [`OptSpec::flag`], [`OptSpec::value`], [`OptSpec::optional`] and
/// the methods that follow.
#[derive(Debug, Clone, Copy)]
pub struct OptSpec {
    /// Without dashes.
    pub name: &'static str,
    pub arg: Arg,
    pub kind: Kind,
    /// What the argument is, as in `<String: topic>`; may be empty.
    pub arg_name: &'static str,
    pub default: Option<&'static str>,
    /// In our words. Lines are kept apart by `\n`.
    pub help: &'static str,
    /// joptsimple itself insists on it (a star in the usage).
    pub required: bool,
    /// An argument is split at this character into several values.
    pub separator: Option<char>,
    /// Allowed only together with one of these.
    pub available_if: &'static [&'static str],
    /// Not allowed together with any of these.
    pub available_unless: &'static [&'static str],
    pub legacy: Option<Legacy>,
}

impl OptSpec {
    const fn new(name: &'static str, arg: Arg, arg_name: &'static str, help: &'static str) -> Self {
        OptSpec {
            name,
            arg,
            kind: Kind::String,
            arg_name,
            default: None,
            help,
            required: false,
            separator: None,
            available_if: &[],
            available_unless: &[],
            legacy: None,
        }
    }

    /// An option without an argument.
    pub const fn flag(name: &'static str, help: &'static str) -> Self {
        Self::new(name, Arg::None, "", help)
    }

    /// An option with an argument.
    pub const fn value(name: &'static str, arg_name: &'static str, help: &'static str) -> Self {
        Self::new(name, Arg::Required, arg_name, help)
    }

    /// An option that may have an argument.
    pub const fn optional(name: &'static str, arg_name: &'static str, help: &'static str) -> Self {
        Self::new(name, Arg::Optional, arg_name, help)
    }

    pub const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub const fn separated_by(mut self, separator: char) -> Self {
        self.separator = Some(separator);
        self
    }

    pub const fn available_if(mut self, names: &'static [&'static str]) -> Self {
        self.available_if = names;
        self
    }

    pub const fn available_unless(mut self, names: &'static [&'static str]) -> Self {
        self.available_unless = names;
        self
    }

    /// Removed from Kafka; counts for nothing here but its note, unless `becomes` follows.
    pub const fn legacy(mut self, note: &'static str) -> Self {
        self.legacy = Some(Legacy {
            note,
            becomes: None,
            value: None,
        });
        self
    }

    /// A legacy option that counts as another one, with its value or with a fixed one.
    pub const fn becomes(mut self, name: &'static str, value: Option<&'static str>) -> Self {
        if let Some(legacy) = self.legacy {
            self.legacy = Some(Legacy {
                note: legacy.note,
                becomes: Some(name),
                value,
            });
        }
        self
    }
}
