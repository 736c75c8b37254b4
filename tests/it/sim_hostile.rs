//! The front ends against clients that mean no good: nothing panics, nothing grows without end, and others go on.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;

use phone_sim::farm::Farm;

use crate::support::GUARD;
use crate::support::plain_phone::PlainPhone;

struct FrontEnds {
    _farm: Farm,
    phone: Arc<PlainPhone>,
    adbd: SocketAddr,
    server: SocketAddr,
}

fn front_ends() -> FrontEnds {
    let farm = Farm::new().unwrap();
    let phone = PlainPhone::shared("A");
    let plug = farm.plug(phone.clone()).unwrap();
    farm.serve_adbd(0).unwrap();
    let (adbd, server) = (farm.adbd_addr(plug).unwrap(), farm.serve_server(0).unwrap().addr());
    FrontEnds { _farm: farm, phone, adbd, server }
}

fn connect(to: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(to).unwrap();
    socket.set_read_timeout(Some(GUARD)).unwrap();
    socket.set_write_timeout(Some(GUARD)).unwrap();
    socket
}

fn frame(command: &[u8], arg0: u32, arg1: u32, payload: &[u8]) -> Vec<u8> {
    let command = u32::from_le_bytes(command.try_into().unwrap());
    let sum = payload.iter().map(|b| u32::from(*b)).sum();
    let words = [command, arg0, arg1, payload.len() as u32, sum, !command];
    [words.into_iter().flat_map(u32::to_le_bytes).collect(), payload.to_vec()].concat()
}

fn read_frame(socket: &mut TcpStream) -> ([u8; 4], u32, u32, Vec<u8>) {
    let mut head = [0; 24];
    socket.read_exact(&mut head).unwrap();
    let word = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().unwrap());
    assert_eq!(word(20), !word(0));
    let mut payload = vec![0; word(12) as usize];
    socket.read_exact(&mut payload).unwrap();
    let sum: u32 = payload.iter().map(|b| u32::from(*b)).sum();
    assert!(word(16) == sum || word(16) == 0);
    (word(0).to_le_bytes(), word(4), word(8), payload)
}

fn greet(to: SocketAddr, version: u32, largest: u32) -> TcpStream {
    let mut socket = connect(to);
    socket.write_all(&frame(b"CNXN", version, largest, b"host::features=shell_v2")).unwrap();
    let (command, agreed, _, banner) = read_frame(&mut socket);
    assert_eq!((&command, agreed), (b"CNXN", version));
    assert!(banner.starts_with(b"device::ro.product.name=sweet_global;"));
    socket
}

/// Reads until the other side has closed; a reset is a close too.
fn closed(mut socket: TcpStream) {
    let mut rest = Vec::new();
    if let Err(error) = socket.read_to_end(&mut rest) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "the connection was left open");
    }
}

/// Both front ends still serve.
fn alive(ends: &FrontEnds) {
    let mut socket = greet(ends.adbd, 0x0100_0001, 4096);
    socket.write_all(&frame(b"OPEN", 9, 0, b"exec:echo alive\0")).unwrap();
    let (command, local, remote, _) = read_frame(&mut socket);
    assert_eq!((&command, remote), (b"OKAY", 9));
    assert_eq!(read_frame(&mut socket).3, b"alive\n");
    socket.write_all(&frame(b"OKAY", 9, local, b"")).unwrap();
    assert_eq!(read_frame(&mut socket), (*b"CLSE", local, 9, vec![]));
    let mut socket = connect(ends.server);
    socket.write_all(b"000chost:version").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "OKAY00040029");
}

/// A small generator (xorshift), so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        (0..self.roll() % most).map(|_| self.roll() as u8).collect()
    }
}

#[test]
fn random_bytes_end_their_own_connection_only() {
    let ends = front_ends();
    let mut dice = Dice(0x5eed_0001);
    for round in 0..200 {
        let to = if round % 2 == 0 { ends.adbd } else { ends.server };
        let mut socket = connect(to);
        let mut bytes = dice.bytes(3000);
        if round % 8 == 1 {
            bytes.splice(0..0, *b"0100");
        }
        let _ = socket.write_all(&bytes);
        let _ = socket.shutdown(Shutdown::Write);
        closed(socket);
    }
    alive(&ends);
}

#[test]
fn random_messages_after_a_proper_greeting_do_no_harm() {
    const COMMANDS: [&[u8; 4]; 8] = [b"CNXN", b"AUTH", b"OPEN", b"OKAY", b"WRTE", b"CLSE", b"SYNC", b"STLS"];
    const NAMES: [&[u8]; 5] = [b"exec:cat\0", b"shell,v2,raw:cat\0", b"sync:\0", b"tcp:80\0", b"shell:hang\0"];
    let ends = front_ends();
    let mut dice = Dice(0x5eed_0002);
    for _ in 0..20 {
        let mut socket = greet(ends.adbd, 0x0100_0001, 4096);
        let mut reader = socket.try_clone().unwrap();
        let drain = std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        for _ in 0..200 {
            let command = COMMANDS[dice.roll() as usize % COMMANDS.len()];
            let (arg0, arg1) = ((dice.roll() % 6) as u32, (dice.roll() % 6) as u32);
            let payload = if command == b"OPEN" { NAMES[dice.roll() as usize % 5].to_vec() } else { dice.bytes(200) };
            if socket.write_all(&frame(command, arg0, arg1, &payload)).is_err() {
                break;
            }
        }
        let _ = socket.shutdown(Shutdown::Write);
        let _ = drain.join().unwrap();
    }
    alive(&ends);
}

#[test]
fn random_sync_requests_do_no_harm() {
    const IDS: [&[u8; 4]; 12] =
        [b"STAT", b"LIST", b"SEND", b"RECV", b"DATA", b"DONE", b"QUIT", b"STA2", b"LST2", b"LIS2", b"SND2", b"RCV2"];
    let ends = front_ends();
    let mut dice = Dice(0x5eed_0003);
    for _ in 0..60 {
        let mut socket = connect(ends.server);
        socket.write_all(b"0012host:transport-any0005sync:").unwrap();
        for _ in 0..30 {
            let mut request = IDS[dice.roll() as usize % IDS.len()].to_vec();
            let data = dice.bytes(40);
            let length = if dice.roll().is_multiple_of(9) { dice.roll() as u32 } else { data.len() as u32 };
            request.extend(length.to_le_bytes());
            request.extend(data);
            if socket.write_all(&request).is_err() {
                break;
            }
        }
        let _ = socket.shutdown(Shutdown::Write);
        closed(socket);
    }
    alive(&ends);
}

#[test]
fn bad_magic_bad_length_and_bad_greeting_close_the_connection() {
    let ends = front_ends();
    let mut huge = frame(b"CNXN", 0x0100_0001, 4096, b"host::");
    huge[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut magic = frame(b"CNXN", 0x0100_0001, 4096, b"host::");
    magic[20] ^= 1;
    let mut sum = frame(b"CNXN", 0x0100_0000, 4096, b"host::");
    sum[16] ^= 1;
    let early = frame(b"OPEN", 1, 0, b"shell:id\0");
    let (old, tiny) = (frame(b"CNXN", 0x00ff_ffff, 4096, b"host::"), frame(b"CNXN", 0x0100_0001, 0, b"host::"));
    for bytes in [huge, magic, sum, early, old, tiny] {
        let mut socket = connect(ends.adbd);
        socket.write_all(&bytes).unwrap();
        closed(socket);
    }
    for request in [&b"zzzz"[..], b"+004host", b"\xff\xff\xff\xff"] {
        let mut socket = connect(ends.server);
        socket.write_all(request).unwrap();
        closed(socket);
    }
    alive(&ends);
}

#[test]
fn ten_thousand_streams_are_bounded() {
    let ends = front_ends();
    let socket = greet(ends.adbd, 0x0100_0001, 4096);
    let mut writer = socket.try_clone().unwrap();
    let opener = std::thread::spawn(move || {
        for id in 1..=10_000 {
            writer.write_all(&frame(b"OPEN", id, 0, b"exec:hang\0")).unwrap();
        }
    });
    let mut reader = socket;
    let (mut accepted, mut refused) = (0, 0);
    while accepted + refused < 10_000 {
        match &read_frame(&mut reader).0 {
            b"OKAY" => accepted += 1,
            b"CLSE" => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    opener.join().unwrap();
    assert!((1..=256).contains(&accepted), "{accepted} were opened");
    drop(reader);
    ends.phone.wait_for("hung up");
}

#[test]
fn a_client_that_never_acknowledges_holds_only_itself_up() {
    let ends = front_ends();
    let mut socket = greet(ends.adbd, 0x0100_0001, 4096);
    socket.write_all(&frame(b"OPEN", 1, 0, b"exec:bytes 1000000\0")).unwrap();
    let local = read_frame(&mut socket).1;
    assert_eq!(read_frame(&mut socket).3.len(), 4096, "the client's limit is kept");
    socket.write_all(&frame(b"OPEN", 2, 0, b"exec:echo other\0")).unwrap();
    let (command, _, remote, _) = read_frame(&mut socket);
    assert_eq!((&command, remote), (b"OKAY", 2), "no second message of the first stream comes before its answer");
    assert_eq!(read_frame(&mut socket).3, b"other\n");
    socket.write_all(&frame(b"CLSE", 1, local, b"")).unwrap();
    assert_eq!(read_frame(&mut socket), (*b"CLSE", local, 1, vec![]));
    alive(&ends);
}

#[test]
fn a_client_that_floods_a_stream_loses_it() {
    let ends = front_ends();
    let mut socket = greet(ends.adbd, 0x0100_0001, 1 << 20);
    socket.write_all(&frame(b"OPEN", 1, 0, b"exec:hang\0")).unwrap();
    let local = read_frame(&mut socket).1;
    let mut writer = socket.try_clone().unwrap();
    let flood = std::thread::spawn(move || {
        for _ in 0..40 {
            writer.write_all(&frame(b"WRTE", 1, local, &vec![b'x'; 1 << 20])).unwrap();
        }
    });
    while &read_frame(&mut socket).0 != b"CLSE" {}
    flood.join().unwrap();
    ends.phone.wait_for("hung up");
    alive(&ends);
}

#[test]
fn checksums_are_kept_with_an_old_client() {
    let ends = front_ends();
    let mut socket = greet(ends.adbd, 0x0100_0000, 4096);
    socket.write_all(&frame(b"OPEN", 1, 0, b"exec:echo sum\0")).unwrap();
    read_frame(&mut socket);
    let mut head = [0; 24];
    socket.read_exact(&mut head).unwrap();
    assert_eq!(head[16..20], b"sum\n".iter().map(|b| u32::from(*b)).sum::<u32>().to_le_bytes());
}

#[test]
fn half_open_connections_leave_room_for_others() {
    let ends = front_ends();
    let idle: Vec<_> = (0..8).map(|_| connect(ends.adbd)).collect();
    let cut: Vec<_> = (0..200).map(|_| connect(ends.server)).collect();
    for mut socket in &cut {
        socket.write_all(b"00").unwrap();
    }
    alive(&ends);
    drop((idle, cut));
}

#[test]
fn hundreds_of_phones_answer_at_once() {
    let farm = Farm::new().unwrap();
    let server = farm.serve_server(0).unwrap().addr();
    for index in 0..256 {
        farm.plug(PlainPhone::shared(&format!("P{index:03}"))).unwrap();
    }
    let clients: Vec<_> = (0..256)
        .map(|index| {
            std::thread::spawn(move || {
                let mut socket = connect(server);
                write!(socket, "0013host:transport:P{index:03}0010exec:echo is {index:03}").unwrap();
                let mut answer = String::new();
                socket.read_to_string(&mut answer).unwrap();
                assert_eq!(answer, format!("OKAYOKAYis {index:03}\n"));
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
}
