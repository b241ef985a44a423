//! Lenient texts, numbers and booleans.

use serde::Deserializer;
use serde::de::value::{Error, MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeOwned, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::read::{ReadAny, lenient_type};
use qdeck_model::Timestamp;

/// A text, also where a number or a boolean was sent. The empty text is `None`, as is any list or object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Text(pub(crate) Option<String>);

lenient_type!(Text => Option<String>);

impl Text {
    /// The time it contains, in any format that [`Timestamp::parse`] knows.
    pub(crate) fn timestamp(&self) -> Option<Timestamp> {
        self.0.as_deref().and_then(Timestamp::parse)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self((!text.is_empty()).then_some(text))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self((!text.is_empty()).then(|| text.to_owned()))
    }
}

impl ReadAny<'_> for Text {
    fn boolean(value: bool) -> Self {
        Self(Some(value.to_string()))
    }

    fn signed(value: i64) -> Self {
        Self(Some(value.to_string()))
    }

    fn unsigned(value: u64) -> Self {
        Self(Some(value.to_string()))
    }

    fn float(value: f64) -> Self {
        Self(Some(value.to_string()))
    }

    fn text(value: &str) -> Self {
        value.into()
    }

    fn owned_text(value: String) -> Self {
        value.into()
    }
}

/// A number; `None` where none was sent, or one that `T` cannot hold.
pub(crate) type Number<T> = Lenient<Option<T>>;

/// A boolean; `false` where none was sent.
pub(crate) type Flag = Lenient<bool>;

/// A value that `T` reads; anything else is the default of `T`. A list or an object is buffered, so that what follows it
/// can be read when it does not fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lenient<T>(pub(crate) T);

lenient_type!(Lenient<T> => T, where T: Default + DeserializeOwned);

impl<'de, T: Default + DeserializeOwned> ReadAny<'de> for Lenient<T> {
    fn boolean(value: bool) -> Self {
        from_scalar(value)
    }

    fn signed(value: i64) -> Self {
        from_scalar(value)
    }

    fn unsigned(value: u64) -> Self {
        from_scalar(value)
    }

    fn float(value: f64) -> Self {
        from_scalar(value)
    }

    fn text(value: &str) -> Self {
        from_scalar(value)
    }

    fn owned_text(value: String) -> Self {
        from_scalar(value)
    }

    fn list<A: SeqAccess<'de>>(items: A) -> Result<Self, A::Error> {
        from_buffered(SeqAccessDeserializer::new(items))
    }

    fn object<A: MapAccess<'de>>(fields: A) -> Result<Self, A::Error> {
        from_buffered(MapAccessDeserializer::new(fields))
    }
}

fn from_scalar<'a, T, V>(value: V) -> Lenient<T>
where
    T: Default + DeserializeOwned,
    V: IntoDeserializer<'a, Error>,
{
    Lenient(T::deserialize(Scalar(value.into_deserializer())).unwrap_or_default())
}

fn from_buffered<'de, T, D>(deserializer: D) -> Result<Lenient<T>, D::Error>
where
    T: Default + DeserializeOwned,
    D: Deserializer<'de>,
{
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Buffered<T> {
        Fits(T),
        Other(IgnoredAny),
    }
    Ok(Lenient(match serde::Deserialize::deserialize(deserializer)? {
        Buffered::Fits(value) => value,
        Buffered::Other(_) => T::default(),
    }))
}

/// Makes serde's deserializers of single values read as options and newtypes too, which by themselves they do not.
struct Scalar<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Scalar<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}
