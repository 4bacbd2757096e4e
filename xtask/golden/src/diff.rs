//! The difference between what was expected and what came.

/// Lines of both, marked: ` ` in both, `-` expected and missing, `+` not expected.
pub fn diff(expected: &[Vec<u8>], actual: &[Vec<u8>]) -> Vec<String> {
    let (n, m) = (expected.len(), actual.len());
    let show = |mark: char, line: &[u8]| format!("{mark} {}", String::from_utf8_lossy(line));
    if n * m > 4_000_000 {
        let minus = expected.iter().map(|l| show('-', l));
        return minus.chain(actual.iter().map(|l| show('+', l))).collect();
    }
    // Length of the longest common part of what is left from each pair of places on.
    let mut common = vec![0u32; (n + 1) * (m + 1)];
    let at = |i: usize, j: usize| i * (m + 1) + j;
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            common[at(i, j)] = match expected[i] == actual[j] {
                true => common[at(i + 1, j + 1)] + 1,
                false => common[at(i + 1, j)].max(common[at(i, j + 1)]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < n || j < m {
        if i < n && j < m && expected[i] == actual[j] {
            lines.push(show(' ', &expected[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == m || (i < n && common[at(i + 1, j)] >= common[at(i, j + 1)]) {
            lines.push(show('-', &expected[i]));
            i += 1;
        } else {
            lines.push(show('+', &actual[j]));
            j += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_the_same_stays_in_place() {
        let lines = |text: &str| {
            text.split(' ')
                .map(|l| l.as_bytes().to_vec())
                .collect::<Vec<_>>()
        };
        let shown = super::diff(&lines("a b c d"), &lines("a x c d e"));
        assert_eq!(shown, ["  a", "- b", "+ x", "  c", "  d", "+ e"]);
    }
}
