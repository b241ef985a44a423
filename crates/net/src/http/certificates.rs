//! A server with a self-signed certificate: refused, unless a context accepts any certificate.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::Value;

use super::{Client, ClientOptions, Request};
use qdeck_model::{Problem, Reason};

const SEQUENCE: u8 = 0x30;
/// 1.2.840.10045.4.3.2, an ECDSA signature with SHA-256.
const SIGNED: [u8; 10] = [0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
/// 1.2.840.10045.2.1 and 1.2.840.10045.3.1.7, a key on the curve P-256.
const KEY: [u8; 19] =
    [0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

/// A value in DER: its tag, its length, and what it is made of.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    let mut whole = match (length, body.len()) {
        ([_, short], 0..128) => vec![tag, short],
        ([_, long], 128..256) => vec![tag, 0x81, long],
        ([high, low], _) => vec![tag, 0x82, high, low],
    };
    whole.extend(body);
    whole
}

/// A key made now and a certificate signed with it (RFC 5280, 4.1), valid until 2049 for a name that does not exist.
fn self_signed() -> (CertificateDer<'static>, PrivatePkcs8KeyDer<'static>) {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref(), &random).unwrap();
    let algorithm = der(SEQUENCE, &[&SIGNED]);
    let named = der(SEQUENCE, &[&[0x06, 3, 0x55, 4, 3], &der(0x0c, &[b"appliance.invalid"])]);
    let name = der(SEQUENCE, &[&der(0x31, &[&named])]);
    let validity = der(SEQUENCE, &[&der(0x17, &[b"240101000000Z"]), &der(0x17, &[b"490101000000Z"])]);
    let public = der(0x03, &[&[0], pair.public_key().as_ref()]);
    let public = der(SEQUENCE, &[&der(SEQUENCE, &[&KEY]), &public]);
    let version = der(0xa0, &[&[0x02, 1, 2]]);
    let serial = [0x02, 1, 1];
    let body = der(SEQUENCE, &[&version, &serial, &algorithm, &name, &validity, &name, &public]);
    let signature = pair.sign(&random, &body).unwrap();
    let signature = der(0x03, &[&[0], signature.as_ref()]);
    let certificate = der(SEQUENCE, &[&body, &algorithm, &signature]);
    (certificate.into(), PrivatePkcs8KeyDer::from(key.as_ref().to_vec()))
}

/// Answers one connection after another until one got as far as a request; gives how many there were.
fn serve() -> (url::Url, JoinHandle<usize>) {
    let (certificate, key) = self_signed();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/services/profile", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        for count in 1.. {
            let (mut tcp, _) = listener.accept().unwrap();
            let mut link = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::Stream::new(&mut link, &mut tcp);
            let mut head = [0; 4096];
            // A client that refuses the certificate hangs up before it asks anything.
            if !matches!(stream.read(&mut head), Ok(1..)) {
                continue;
            }
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
            stream.write_all(answer).unwrap();
            stream.flush().unwrap();
            return count;
        }
        0
    });
    (url.parse().unwrap(), served)
}

#[tokio::test]
async fn a_self_signed_certificate_is_accepted_only_with_insecure_tls() {
    let (url, served) = serve();
    let ask = async |insecure_tls| -> Result<Value, Problem> {
        let client = Client::new(ClientOptions { insecure_tls, ..ClientOptions::default() });
        client.read(&Request::get(url.clone())).await
    };
    let refused = ask(false).await.unwrap_err();
    assert!(refused.message.contains("ertificate"), "{refused}");
    assert!(refused.hint.as_ref().unwrap().contains("certificate"));
    assert_eq!(refused.reason, Some(Reason::Certificate));
    assert_eq!(ask(true).await.unwrap(), serde_json::json!({}));
    let connections = tokio::task::spawn_blocking(|| served.join().unwrap()).await.unwrap();
    assert_eq!(connections, 2, "a certificate does not become better by asking again");
}
