//! Parses the accelerators of a flavor from its description or its name.

/// The accelerators of a flavor, all of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    /// The model's code in lower case: `h100`.
    pub(crate) model: String,
    pub(crate) count: u32,
    /// Memory of one in GB.
    pub(crate) memory: Option<u64>,
    /// The maker, in the spelling of the API.
    pub(crate) maker: Option<String>,
}

/// Parses a description: `NVIDIA H100-1GPU (80GB)` or `8x NVIDIA A100 80GB`. `None` where no model is named, as in `1x NVIDIA 11GB`.
pub(crate) fn card_of_text(text: &str) -> Option<Card> {
    let mut card = Card { model: String::new(), count: 1, memory: None, maker: None };
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let lower = word.to_ascii_lowercase();
        if let Some(count) = number(&lower, &["gpu", "gpus", "x"]) {
            card.count = u32::try_from(count).unwrap_or(card.count);
        } else if let Some(memory) = number(&lower, &["gb", "gib"]) {
            card.memory = Some(memory);
        } else if card.model.is_empty() && is_model(&lower) {
            card.model = lower;
        } else if card.model.is_empty() && !lower.is_empty() && lower.chars().all(|c| c.is_ascii_alphabetic())
        {
            card.maker.get_or_insert_with(|| word.to_owned());
        }
    }
    (!card.model.is_empty()).then_some(card)
}

/// Parses the name of a flavor: `bm3-ai-1xlarge-h100-80-8` ends with model, memory and count, `g2-gpu-32-128-a2-4` with
/// model and count, `inference-16vcpu-232gib-1xh100-80gb` with count, model and memory. The grammar is taken from
/// samples; a name without a part such as `ai` or `gpu` is not searched.
pub(crate) fn card_of_flavor(name: &str) -> Option<Card> {
    let name = name.to_ascii_lowercase();
    // Spot flavors have `-spot` in the name of the flavor they are like.
    let parts: Vec<&str> = name.split('-').filter(|part| *part != "spot").collect();
    let is_marker = |part: &&str| matches!(*part, "ai" | "gpu" | "gpuhf" | "inference");
    if !parts.iter().any(is_marker) {
        return None;
    }
    let card = |model: &str, memory: Option<u64>, count: u64| {
        Some(Card { model: model.to_owned(), count: u32::try_from(count).ok()?, memory, maker: None })
    };
    let plain = |at: usize| parts.len().checked_sub(at).and_then(|at| parts[at].parse::<u64>().ok());
    let model = |at: usize| {
        let part = parts.len().checked_sub(at).map(|at| parts[at]);
        part.filter(|part| is_model(part))
    };
    if let (Some(model), Some(memory), Some(count)) = (model(3), plain(2), plain(1)) {
        return card(model, Some(memory), count);
    }
    if let (Some(model), Some(count)) = (model(2), plain(1)) {
        return card(model, None, count);
    }
    parts.iter().enumerate().find_map(|(at, part)| {
        let (count, model) = part.split_once('x')?;
        let count = count.parse().ok()?;
        let memory = parts.get(at + 1).and_then(|next| number(next, &["gb", "gib"]));
        is_model(model).then(|| card(model, memory, count))?
    })
}

/// The number before one of these units: 8 in `8gpu`.
fn number(word: &str, units: &[&str]) -> Option<u64> {
    let digits = word.find(|c: char| !c.is_ascii_digit())?;
    units.contains(&&word[digits..]).then(|| word[..digits].parse().ok())?
}

/// True for model codes: letters, then a number, then up to two letters, as in `h100`, `l40s`, `a2`. `1xlarge`, `nvidia`
/// and `16vcpu` do not match. The generations of flavors (`g3`, `bm3`) have the same form and are listed as exceptions.
fn is_model(word: &str) -> bool {
    let letters = word.chars().take_while(char::is_ascii_alphabetic).count();
    let digits = word[letters..].chars().take_while(char::is_ascii_digit).count();
    let rest = word.len() - letters - digits;
    (1..=3).contains(&letters)
        && digits > 0
        && rest <= 2
        && !matches!(word, "g1" | "g2" | "g3" | "bm1" | "bm2" | "bm3")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_parsed_from_descriptions_and_names() {
        let parts = |card: Option<Card>| card.map(|it| (it.model, it.count, it.memory));
        let card = |model: &str, count, memory| Some((model.to_owned(), count, memory));
        for (text, expected) in [
            ("NVIDIA H100-1GPU (80GB)", card("h100", 1, Some(80))),
            ("NVIDIA h100-8GPU (80GB)", card("h100", 8, Some(80))),
            ("8x NVIDIA A100 80GB", card("a100", 8, Some(80))),
            ("1x NVIDIA 11GB", None),
            ("", None),
        ] {
            assert_eq!(parts(card_of_text(text)), expected, "{text}");
        }
        let maker = card_of_text("NVIDIA H100-1GPU (80GB)").unwrap().maker;
        assert_eq!(maker.as_deref(), Some("NVIDIA"));
        for (name, expected) in [
            ("g3-ai-24-232-1250-h100-80-1", card("h100", 1, Some(80))),
            ("g3-ai-24-232-1250-a100-80-1-spot", card("a100", 1, Some(80))),
            ("bm3-ai-1xlarge-h200-141-8", card("h200", 8, Some(141))),
            ("g3-ai-64-384-3000-l40s-48-2", card("l40s", 2, Some(48))),
            ("g2-gpu-32-128-a2-4", card("a2", 4, None)),
            ("inference-16vcpu-232gib-1xh100-80gb", card("h100", 1, Some(80))),
            ("inference-16vcpu-232gib", None),
            ("g1-gpu-16-64-1", None),
            ("g1-standard-2-4", None),
            ("g2-2-4", None),
            ("", None),
        ] {
            assert_eq!(parts(card_of_flavor(name)), expected, "{name}");
        }
    }
}
