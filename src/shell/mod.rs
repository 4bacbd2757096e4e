//! The command line: words, pipes, redirects, tools.
