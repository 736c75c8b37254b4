//! The example's phone, by the first words of adb's own protocol: a client that connects is answered by a device.
#![expect(clippy::unwrap_used, reason = "a test ends where anything is missing")]

use std::io::{Read, Write};
use std::net::TcpStream;

#[expect(dead_code, reason = "the example's main function waits for Enter")]
#[path = "../examples/one_phone.rs"]
mod example;

/// One packet of adb's protocol: command, two arguments, length, checksum, the command inverted, and the data.
fn packet(command: [u8; 4], arguments: [u32; 2], data: &[u8]) -> Vec<u8> {
    let number = u32::from_le_bytes(command);
    let sum: u32 = data.iter().map(|b| u32::from(*b)).sum();
    let length = u32::try_from(data.len()).unwrap();
    let head = [number, arguments[0], arguments[1], length, sum, !number];
    head.into_iter().flat_map(u32::to_le_bytes).chain(data.iter().copied()).collect()
}

fn answer(stream: &mut TcpStream) -> ([u8; 4], [u32; 2], Vec<u8>) {
    let mut head = [0; 24];
    stream.read_exact(&mut head).unwrap();
    let word = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().unwrap());
    let mut data = vec![0; word(12) as usize];
    stream.read_exact(&mut data).unwrap();
    (head[..4].try_into().unwrap(), [word(4), word(8)], data)
}

#[test]
fn a_client_that_connects_finds_a_device_and_its_shell() {
    let one = example::OnePhone::start().unwrap();
    let mut stream = TcpStream::connect(one.address).unwrap();
    stream.write_all(&packet(*b"CNXN", [0x0100_0001, 256 * 1024], b"host::features=cmd")).unwrap();
    let (command, _, banner) = answer(&mut stream);
    assert_eq!(&command, b"CNXN");
    assert!(String::from_utf8(banner).unwrap().starts_with("device::ro.product.name=sunny_global;"));

    stream.write_all(&packet(*b"OPEN", [1, 0], b"exec:getprop ro.product.model\0")).unwrap();
    let mut said = Vec::new();
    loop {
        let (command, [theirs, _], data) = answer(&mut stream);
        match &command {
            b"OKAY" => {}
            b"WRTE" => {
                said.extend(data);
                stream.write_all(&packet(*b"OKAY", [1, theirs], b"")).unwrap();
            }
            b"CLSE" => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(said, b"M2101K7AG\n");
    assert_eq!((one.phone.stats().shell_calls, one.phone.stats().processes), (1, 1));
}
