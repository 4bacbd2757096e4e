//! What a notebook adds to a shell: `%%bash` and cells of `!` lines.

/// Blanks the first line if it is `%%bash`, `%%sh` or `%%script bash`, so that places stay right.
pub fn without_magic(source: &str) -> String {
    match magic_line(source) {
        Some(at) => source[at..].to_owned(),
        None => source.to_owned(),
    }
}

/// Where the text after the magic line begins: at its newline.
fn magic_line(source: &str) -> Option<usize> {
    let skipped = source.len() - source.trim_start_matches(['\n', ' ']).len();
    let line = source[skipped..].split('\n').next().unwrap_or("");
    let mut words = line.split_whitespace();
    let magic = words.next()?;
    let shell = matches!(magic, "%%bash" | "%%sh")
        || magic == "%%script" && matches!(words.next(), Some("bash" | "sh"));
    shell.then_some(skipped + line.len())
}

/// A code cell that holds only `!` lines, their continuations, comments and blank lines, or that starts
/// with `%%bash`: the shell runs it, whatever the notebook's language.
pub fn is_shell_only(source: &str) -> bool {
    if magic_line(source).is_some() {
        return true;
    }
    let mut found = false;
    let mut continued = false;
    for line in source.lines() {
        let trimmed = line.trim();
        let is_bang = trimmed.starts_with('!');
        if !continued && !is_bang && !trimmed.is_empty() && !trimmed.starts_with('#') {
            return false;
        }
        found |= is_bang;
        continued = (continued || is_bang) && line.ends_with('\\');
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_bang_lines_belong_to_the_shell() {
        assert!(is_shell_only("# list\n!ls\n\n  !pwd"));
        assert!(is_shell_only("!ls \\\n  -l\n# done"));
        assert!(is_shell_only("%%bash\nfor x in a; do echo; done"));
        assert!(!is_shell_only("!ls\nprint(1)"));
        assert!(!is_shell_only("# only a comment"));
        assert!(!is_shell_only("x = !ls"));
        assert!(!is_shell_only("# comment \\\nprint(1)\n!ls"));
    }
}
