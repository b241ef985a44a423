//! The errors of the protocol, as texts for the user.

/// The error that ended a connection: what failed, and what to do about it.
///
/// After one the client takes no more bytes; only another connection helps, and for most of these not even that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// The first bytes are not those of a VNC server; the first few of them, readable.
    #[error("this is not a VNC server: its first bytes are `{0}`. Check the address")]
    NotVnc(String),
    /// The server asks for a password, and the caller gave none.
    #[error("the VNC server asks for a password, and there is none for this console")]
    PasswordNeeded,
    /// The server offers no security type that this client has.
    #[error(
        "the VNC server offers only {0}, and this client has no encryption and no accounts of its own, only \
         `none` and `VNC password`. Allow one of these on the server, or use its page in a browser"
    )]
    Security(String),
    /// The server refused the connection or the password, with its reason.
    #[error("the VNC server refused the connection: {0}")]
    Refused(String),
    /// The screen is larger than this client shows.
    #[error(
        "the machine's screen is {width}x{height} pixels, and at most {max}x{max} are shown. Set a lower resolution \
         in the machine", max = crate::MAX_SIDE
    )]
    ScreenTooLarge {
        /// Width in pixels.
        width: u16,
        /// Height in pixels.
        height: u16,
    },
    /// Something is longer than it may be.
    #[error("the VNC server announced {what} of {length} bytes, and at most {limit} are taken")]
    TooLong {
        /// The name of the part.
        what: &'static str,
        /// Its length as announced.
        length: u64,
        /// The limit.
        limit: u64,
    },
    /// The server sent what the protocol does not allow, or what was never asked for.
    #[error("the VNC server broke the protocol: {0}. Reconnect; if it repeats, report it to the platform")]
    Malformed(String),
}

/// A result of the protocol.
pub(crate) type Result<T> = std::result::Result<T, ProtocolError>;

/// A breach of the protocol.
pub(crate) fn malformed<T>(what: impl Into<String>) -> Result<T> {
    Err(ProtocolError::Malformed(what.into()))
}
