//! The project's tasks: `cargo xtask serve | test | bench | codegen | golden | execute | site`.
fn main() {}
