//! The query of a signed call.
