//! One spelling of accelerator names for all platforms, so that a model sorts and reads alike wherever it is sold.

/// The canonical spelling of an accelerator's name: `NVIDIA GTX 1050 Ti` for `Nvidia gtx-1050-ti`. Makers and codes are
/// in capitals, as the makers write them; other words have a capital at most. Nothing is added to what the name contains.
pub(crate) fn canonical_name(name: &str) -> String {
    let words = name.split([' ', '-', '_']).filter(|word| !word.is_empty());
    let spelled = words.map(|word| match word.to_ascii_lowercase().as_str() {
        lower @ ("ti" | "super" | "tesla" | "quadro" | "titan" | "ada" | "laptop" | "max" | "mobile") => {
            capital(lower)
        }
        lower @ ("nvidia" | "amd" | "gtx" | "rtx" | "pro" | "nvl" | "sxm" | "pcie") => {
            lower.to_ascii_uppercase()
        }
        lower if lower.chars().any(|c| c.is_ascii_digit()) => lower.to_ascii_uppercase(),
        _ => word.to_owned(),
    });
    spelled.collect::<Vec<_>>().join(" ")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::canonical_name;

    #[test]
    fn one_model_has_one_spelling() {
        for (sent, canonical) in [
            ("Nvidia a100", "NVIDIA A100"),
            ("NVIDIA A100", "NVIDIA A100"),
            ("Nvidia gtx-1050-ti", "NVIDIA GTX 1050 Ti"),
            ("nvidia rtx_a5000", "NVIDIA RTX A5000"),
            ("Nvidia tesla-v100", "NVIDIA Tesla V100"),
            ("l40s", "L40S"),
            ("Intel Gaudi", "Intel Gaudi"),
            ("größer-1", "größer 1"),
            ("", ""),
        ] {
            assert_eq!(canonical_name(sent), canonical);
        }
    }
}
