//! Usage tables: the options must agree, the words that describe them are ours.

/// Lines of a transcript with each usage table cut down to its left column, and the sentence above it left out.
pub fn without_words(lines: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = Vec::new();
    let mut width = None;
    for line in lines {
        let text = String::from_utf8_lossy(line);
        let Some(said) = text.strip_prefix("! ").or_else(|| text.strip_prefix("| ")) else {
            width = None;
            out.push(line.clone());
            continue;
        };
        if said.starts_with("Option ")
            && let Some(column) = said.find("  Description")
        {
            width = Some(column);
            // The sentence above says in words what the tool does.
            if let Some(above) = out.pop() {
                let mark = String::from_utf8_lossy(&above[..1]).into_owned();
                out.push(format!("{mark} <SUMMARY>").into_bytes());
            }
        }
        match width {
            None => out.push(line.clone()),
            Some(width) => {
                let left: String = said.chars().take(width).collect();
                match left.trim_end() {
                    "" => {}
                    // A column that was folded: its words count, not where it was folded.
                    more if more.starts_with("  ") && !out.is_empty() => {
                        let last = out.last_mut().expect("checked in the guard");
                        last.extend_from_slice(format!(" {}", more.trim()).as_bytes());
                    }
                    option => out.push(format!("{} {option}", &text[..1]).into_bytes()),
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_words;

    #[test]
    fn only_the_options_stay() {
        let text = "! Does things.\n! Option              Description\n! ------              -----------\n\
                    ! --a <String: long   Says\n!   name>               more\n!                     words\n! --b                 B\n? 1";
        let lines: Vec<Vec<u8>> = text.split('\n').map(|l| l.as_bytes().to_vec()).collect();
        let kept = without_words(&lines);
        let kept: Vec<_> = kept.iter().map(|l| String::from_utf8_lossy(l)).collect();
        assert_eq!(
            kept,
            [
                "! <SUMMARY>",
                "! Option",
                "! ------",
                "! --a <String: long name>",
                "! --b",
                "? 1"
            ]
        );
    }
}
