//! Nothing by itself: a package of its own, so that tests for browsers are compiled for WebAssembly alone
//! and native tests never are. See `tests/`.
