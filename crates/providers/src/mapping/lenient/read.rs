//! The visitor behind the lenient types: it accepts every JSON value.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A type that reads any JSON value. Each method reads one shape; those that are not implemented skip the value and
/// return the default. Only broken JSON, and in `object` and `list` a strict field of an inner type, is an error.
pub(super) trait ReadAny<'de>: Default {
    fn boolean(_value: bool) -> Self {
        Self::default()
    }

    fn signed(_value: i64) -> Self {
        Self::default()
    }

    fn unsigned(_value: u64) -> Self {
        Self::default()
    }

    fn float(_value: f64) -> Self {
        Self::default()
    }

    fn text(_value: &str) -> Self {
        Self::default()
    }

    /// A text that is owned already, such as one with escapes.
    fn owned_text(value: String) -> Self {
        Self::text(&value)
    }

    fn list<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn object<A: MapAccess<'de>>(mut fields: A) -> Result<Self, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

/// Reads any JSON value. As an option, because serde reads an absent field as an option that is `None`.
pub(super) fn read<'de, T: ReadAny<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_option(AnyVisitor(PhantomData))
}

struct AnyVisitor<T>(PhantomData<T>);

impl<'de, T: ReadAny<'de>> Visitor<'de> for AnyVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_none<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        Ok(T::boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        Ok(T::signed(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        Ok(T::unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        Ok(T::float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        Ok(T::text(value))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<T, E> {
        Ok(T::owned_text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<T, A::Error> {
        T::list(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::object(fields)
    }
}

/// Implements `Deserialize` through [`ReadAny`], and `Deref` to what the type wraps.
macro_rules! lenient_type {
    ($name:ident$(<$param:ident>)? => $target:ty $(, where $($bounds:tt)+)?) => {
        impl<'de $(, $param)?> ::serde::Deserialize<'de> for $name$(<$param>)?
        $(where $($bounds)+)?
        {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::mapping::lenient::read::read(deserializer)
            }
        }

        impl$(<$param>)? ::std::ops::Deref for $name$(<$param>)? {
            type Target = $target;

            fn deref(&self) -> &$target {
                &self.0
            }
        }
    };
}

pub(super) use lenient_type;
