//! Producer, consumer and admin client over a Transport: what the shell tools use.

pub mod env;
