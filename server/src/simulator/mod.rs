//! OfficeRnD, simulated over HTTP.
