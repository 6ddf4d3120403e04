//! OfficeRnD over HTTP.
