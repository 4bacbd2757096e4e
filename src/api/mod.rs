//! The broker's request handlers, one file per API key.
