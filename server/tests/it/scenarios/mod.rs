//! Every scenario of the product, played on both databases against the real router and the simulator over HTTP; and
//! what a scenario file may not say.

mod by_hand;
mod replay;
mod theatre;
mod written;
