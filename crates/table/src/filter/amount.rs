//! Figures inside of words: `3.20 EUR/h`, `2 left`, `80 GiB`. Sorting and comparing look at the figure.

/// Hours of a month, as providers of computers bill it.
const HOURS_PER_MONTH: f64 = 730.0;

/// The first figure of a text. Sizes count in GiB and prices by the hour, so that figures with different units compare
/// as they should.
pub(crate) fn amount(text: &str) -> Option<f64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let figure = &text[start..];
    let mut end = 0;
    let mut digits = String::new();
    for (at, c) in figure.char_indices() {
        let continues = |at: usize| figure[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        match c {
            '0'..='9' => digits.push(c),
            '.' if !digits.contains('.') && continues(at) => digits.push(c),
            // `1,200`: a comma between groups of three.
            ',' if is_group(&figure[at + 1..]) => {}
            _ => break,
        }
        end = at + 1;
    }
    let number: f64 = digits.parse().ok()?;
    let negative =
        text[..start].ends_with('-') && !text[..start - 1].ends_with(|c: char| c.is_alphanumeric());
    Some(if negative { -number } else { number } * unit(figure[end..].trim_start()))
}

fn is_group(rest: &str) -> bool {
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    digits == 3
}

/// The worth of one of the unit behind a figure.
fn unit(rest: &str) -> f64 {
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    let size = match &*word {
        "B" => 1.0 / 1_073_741_824.0,
        "KiB" => 1.0 / 1_048_576.0,
        "MiB" => 1.0 / 1024.0,
        "TiB" => 1024.0,
        _ => 1.0,
    };
    // `0.09 EUR per hour`, `66 USD/month`, `12/mo`.
    let lower = rest.to_ascii_lowercase();
    let per = ["/", "per "].iter().find_map(|by| lower.split_once(by).map(|it| it.1));
    let time = match per.map(str::trim_start) {
        Some(per) if per.starts_with("mo") => 1.0 / HOURS_PER_MONTH,
        Some(per) if per.starts_with("mi") => 60.0,
        Some(per) if per.starts_with('d') => 1.0 / 24.0,
        Some(per) if per.starts_with('s') => 3600.0,
        _ => 1.0,
    };
    size * time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_with_their_units() {
        let close = |text: &str, expected: f64| {
            let found = amount(text).unwrap();
            assert!((found - expected).abs() < 1e-9, "{text}: {found}");
        };
        close("3.20 EUR/h", 3.2);
        close("EUR 0.5 per hour", 0.5);
        close("730 USD / month", 1.0);
        close("24 USD/day", 1.0);
        close("$1,200.50", 1200.5);
        close("2 left", 2.0);
        close("3 of 8 left", 3.0);
        close("80 GiB", 80.0);
        close("512 MiB", 0.5);
        close("1.5 TiB", 1536.0);
        close("7.", 7.0);
        close("-2 left", -2.0);
        assert_eq!(amount("on request"), None);
        assert_eq!(amount(""), None);
    }
}
