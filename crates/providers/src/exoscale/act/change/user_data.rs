//! User data: a script that is sent in base64, entered as text or read from a file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kit::form::{Entered, wrong_field};
use qdeck_model::{Characters, Field, FieldKind, FieldValue, Problem, TextRule};

pub(in crate::exoscale::act) const SCRIPT: &str = "user-data";
pub(in crate::exoscale::act) const SCRIPT_FILE: &str = "user-data-file";

/// The bound of `user-data` in the API's description, in characters of base64.
const MAX_ENCODED: usize = 32_768;
/// The longest script that fits into that, in bytes.
const MAX_SCRIPT: usize = MAX_ENCODED / 4 * 3;
/// User data that is no text is entered in base64 after this.
const ENCODED_MARK: &str = "base64:";

/// The two ways to enter user data. `present` is what there is now, in base64.
pub(in crate::exoscale::act) fn script_fields(section: &'static str, present: Option<&str>) -> Vec<Field> {
    let rule = TextRule {
        least: 1,
        most: MAX_ENCODED + ENCODED_MARK.len(),
        characters: Characters::Any,
        lines: true,
    };
    let script = Field::new(SCRIPT, "User data", FieldKind::Text(rule))
        .section(section)
        .private()
        .help("A cloud-init script of at most 24 KiB; `base64:` before what is encoded already.");
    let script = match present {
        Some(present) => script.default(FieldValue::text(decoded(present))),
        None => script,
    };
    let file = FieldKind::File { max_bytes: MAX_SCRIPT as u64 };
    let file = Field::new(SCRIPT_FILE, "User data from a file", file)
        .section(section)
        .help("The path of a script on this machine, in the place of the text above.");
    vec![script, file]
}

/// User data as it is entered: the script, or where it is no text its base64 with a mark.
fn decoded(encoded: &str) -> String {
    let bytes = STANDARD.decode(encoded).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let is_enterable = |text: &String| !text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t'));
    text.filter(is_enterable).unwrap_or_else(|| format!("{ENCODED_MARK}{encoded}"))
}

/// The user data that was entered, in base64.
///
/// # Errors
/// It is too long, no base64 after the mark, or the file cannot be read.
pub(in crate::exoscale::act) async fn script_of(entered: &Entered) -> Result<Option<String>, Problem> {
    let encoded = match (entered.get(SCRIPT_FILE), entered.text(SCRIPT)) {
        (Some(FieldValue::File(path)), _) => {
            let path = path.clone();
            let read = tokio::task::spawn_blocking(move || qdeck_files::read(&path, MAX_SCRIPT as u64)).await;
            match read {
                Ok(Ok(bytes)) if !bytes.is_empty() => STANDARD.encode(bytes),
                Ok(Ok(_)) => return Err(wrong_field(SCRIPT_FILE, "is empty")),
                Ok(Err(error)) => return Err(wrong_field(SCRIPT_FILE, error.to_string())),
                Err(_) => return Err(wrong_field(SCRIPT_FILE, "cannot be read")),
            }
        }
        (_, Some(text)) => match text.strip_prefix(ENCODED_MARK) {
            Some(encoded) if STANDARD.decode(encoded).is_ok() => encoded.to_owned(),
            Some(_) => return Err(wrong_field(SCRIPT, "is not base64 after `base64:`")),
            None => STANDARD.encode(text),
        },
        (_, None) => return Ok(None),
    };
    if encoded.len() > MAX_ENCODED {
        let message = format!("at most {MAX_ENCODED} characters in base64, this has {}", encoded.len());
        return Err(wrong_field(SCRIPT, message));
    }
    Ok(Some(encoded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use qdeck_model::{Form, FormValues};

    async fn script(values: FormValues) -> Result<Option<String>, Problem> {
        let form = Form { fields: script_fields("", None) };
        script_of(&Entered::check(form, &values)?).await
    }

    #[tokio::test]
    async fn a_script_is_sent_in_base64_however_it_is_entered() {
        let text = |text: &str| FormValues::new().with(SCRIPT, FieldValue::text(text));
        let same = Some("I2Nsb3VkLWNvbmZpZw==".to_owned());
        assert_eq!(script(text("#cloud-config")).await, Ok(same.clone()));
        assert_eq!(script(text("base64:I2Nsb3VkLWNvbmZpZw==")).await, Ok(same.clone()));
        assert_eq!(script(FormValues::new()).await, Ok(None));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("init.yaml");
        std::fs::write(&path, "#cloud-config").unwrap();
        let file = |path| FormValues::new().with(SCRIPT_FILE, FieldValue::File(path));
        assert_eq!(script(file(path)).await, Ok(same));
        let missing = script(file(folder.path().join("none"))).await.unwrap_err();
        assert!(missing.message.starts_with("user-data-file: "), "{missing}");
    }

    #[tokio::test]
    async fn what_cannot_be_sent_is_an_error_of_its_field() {
        for (text, message) in [
            ("base64:no base64!".to_owned(), "user-data: is not base64 after `base64:`"),
            ("ü".repeat(12_289), "user-data: at most 32768 characters in base64, this has 32772"),
            ("a\u{7}b".to_owned(), "user-data: may hold no control characters"),
        ] {
            let problem = script(FormValues::new().with(SCRIPT, FieldValue::Text(text))).await.unwrap_err();
            assert_eq!(&*problem.message, message);
        }
        assert!(script(FormValues::new().with(SCRIPT, FieldValue::Text("ü".repeat(12_288)))).await.is_ok());
    }

    #[test]
    fn present_user_data_is_shown_as_it_would_be_entered() {
        assert_eq!(decoded("I2Nsb3VkLWNvbmZpZw=="), "#cloud-config");
        assert_eq!(decoded("H4sIAAAAAAAA/w=="), "base64:H4sIAAAAAAAA/w==");
        assert_eq!(decoded("YQ1i"), "base64:YQ1i", "a carriage return cannot be entered");
    }
}
