//! A simulated phone on a loopback port: a phone that real adb clients believe, for anyone's tests.
//!
//! ```sh
//! cargo run -p phone-sim --example one_phone
//! adb connect 127.0.0.1:PORT
//! adb -s 127.0.0.1:PORT shell getprop ro.product.model
//! ```
#![expect(clippy::print_stdout, reason = "the address is what the example is for")]

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use phone_sim::device::SimDevice;
use phone_sim::farm::Farm;
use phone_sim::phone::{Generation, PhoneSpec, SimPhone};

fn main() -> io::Result<()> {
    let one = OnePhone::start()?;
    println!("adb connect {}", one.address);
    println!("Enter unplugs the phone.");
    io::stdin().read_line(&mut String::new())?;
    println!("{} taps, {} processes", one.phone.record().taps.len(), one.phone.stats().processes);
    Ok(())
}

/// A phone with its own adbd. Dropping it unplugs the phone.
pub(crate) struct OnePhone {
    pub(crate) phone: SimPhone,
    pub(crate) address: SocketAddr,
    _farm: Farm,
}

impl OnePhone {
    /// A Redmi Note 10 with MIUI 14 in German, in real time, at any free port.
    pub(crate) fn start() -> io::Result<Self> {
        let phone = SimPhone::new(PhoneSpec::of(Generation::Miui14).language("de").scale(1.0));
        let farm = Farm::new()?;
        let plug = farm.plug(Arc::new(SimDevice::new(phone.clone())))?;
        farm.serve_adbd(0)?;
        let address = farm.adbd_addr(plug).ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { phone, address, _farm: farm })
    }
}
