//! Signatures as OfficeRnD makes them.
