//! What accelerators are called, in one spelling over all platforms: so that the same model sorts and reads the same
//! wherever it is to be had.

/// `NVIDIA GTX 1050 Ti` of `Nvidia gtx-1050-ti`. The maker and codes are in capitals, as their maker writes them; words
/// that are no code keep a capital at most. Nothing is added that was not said.
pub(super) fn called(name: &str) -> String {
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
    use super::called;

    #[test]
    fn one_model_has_one_spelling() {
        for (sent, told) in [
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
            assert_eq!(called(sent), told);
        }
    }
}
