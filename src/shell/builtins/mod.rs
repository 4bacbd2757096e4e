//! The small tools of a Unix shell, a file for each family.
//!
//! They behave as GNU's do for the options they have (`docs/SHELL.md`); an option that they have not is
//! refused as GNU refuses unknown ones.

mod archive;
mod control;
mod cut;
mod date;
pub mod escape;
mod fetch;
mod files;
mod getopt;
mod grep;
mod input;
mod jq;
pub(super) mod machine;
mod pattern;
mod print;
mod sed;
mod sort;
mod state;
mod test;
mod text;

use super::tool::Builtin;

/// Every small tool.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    [
        control::TOOLS,
        cut::TOOLS,
        date::TOOLS,
        fetch::TOOLS,
        files::TOOLS,
        grep::TOOLS,
        jq::TOOLS,
        machine::TOOLS,
        print::TOOLS,
        sed::TOOLS,
        sort::TOOLS,
        state::TOOLS,
        test::TOOLS,
        text::TOOLS,
    ]
    .into_iter()
    .flatten()
}
