// Signs a user in with openid-client (npm), and does with the tokens what a client does.
// Says `GO` and the address for the browser, reads the address that it comes back to, and says
// `DONE` and what it has seen.
import { createInterface } from 'node:readline/promises'
import * as client from 'openid-client'

const [clientId, secret, issuer, redirectUri] = process.argv.slice(2)
// A secret, or a private key in its place, with which requests may be signed too.
const [kind, encoded] = secret.split(':')
const isByKey = ['pkcs8', 'pkcs8-for-requests'].includes(kind)
const key = isByKey && await crypto.subtle.importKey(
  'pkcs8',
  Buffer.from(encoded, 'base64'),
  { name: 'ECDSA', namedCurve: 'P-256' },
  false,
  ['sign'],
)
const authentication = isByKey ? client.PrivateKeyJwt(key) : client.ClientSecretBasic(secret)
// The test's server listens on the loopback address without TLS.
const plain = { execute: [client.allowInsecureRequests] }
// In the place of both: the program registers itself with a key of its own.
const config = kind === 'register'
  ? await register()
  : await client.discovery(new URL(issuer), clientId, {}, authentication, plain)
const verifier = client.randomPKCECodeVerifier()
const state = client.randomState()
const nonce = client.randomNonce()
const parameters = {
  redirect_uri: redirectUri,
  scope: 'openid profile email offline_access',
  prompt: 'consent',
  max_age: '600',
  claims: JSON.stringify({ id_token: { email: { essential: true } } }),
  state,
  nonce,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
}
const address = kind === 'pkcs8-for-requests'
  ? await client.buildAuthorizationUrlWithJAR(config, parameters, key)
  : client.buildAuthorizationUrl(config, parameters)
console.log(`GO ${address.href}`)

const back = await createInterface({ input: process.stdin }).question('')
const tokens = await client.authorizationCodeGrant(config, new URL(back), {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  maxAge: 600,
  idTokenExpected: true,
})
const claims = tokens.claims()
const user = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
const renewed = await client.refreshTokenGrant(config, tokens.refresh_token)
const alive = await client.tokenIntrospection(config, renewed.access_token)
await client.tokenRevocation(config, renewed.refresh_token)
const ended = await client.tokenIntrospection(config, renewed.access_token)
console.log(`DONE ${JSON.stringify({
  id_token_email: claims.email,
  name: user.preferred_username,
  alive: alive.active,
  ended: ended.active,
})}`)
process.exit(0)

async function register () {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  return client.dynamicClientRegistration(new URL(issuer), {
    client_name: 'openid-client',
    application_type: 'native',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [await crypto.subtle.exportKey('jwk', pair.publicKey)] },
  }, client.PrivateKeyJwt(pair.privateKey), plain)
}
