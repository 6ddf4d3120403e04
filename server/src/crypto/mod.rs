//! Sealing, signing and digests. No other module touches a cipher or a MAC.

pub mod digest;
pub mod hook;
pub mod password;
pub mod signature;
pub mod totp;
pub mod vault;
