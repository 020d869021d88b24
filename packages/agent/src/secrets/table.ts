/**
 * The words and shapes by which secrets are known. clients/python/provloom/_secret_table.py says the same, and a test
 * holds them equal: change both.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** What stands in the place of a secret. */
export const mask = '***'

/**
 * How sure a name is: what its value may be and still be shown. `sure`: nothing but yes, no, nothing and references;
 * `file`: a path too; `likely`: a path or a short number; `number`: any number (an id); `digits`: all that is no code of
 * four to twelve digits; `pair`: what stands before the
 * colon of user:password; `header`: the scheme; `perhaps`: all that is not a jumble of letters and digits.
 */
export type Level = 'sure' | 'file' | 'likely' | 'number' | 'digits' | 'pair' | 'header' | 'perhaps'

export const levels: readonly (readonly [Level, readonly string[]])[] = [
  [
    'sure',
    words(`
  password passwd passphrase passcode secret secrets token apikey apikeys jwt creds cred passwords tokenstring accesskey secretkey privatekey authkey mnemonic
`),
  ],
  [
    'file',
    words(`
  pwd oldpwd
`),
  ],
  [
    'likely',
    words(`
  pass pw credential credentials cookies sshpass dbpass userpass storepass keypass rootpass adminpass
  srcstorepass deststorepass keystorepass truststorepass requirepass masterauth authtoken authtokens
  pat bearer otp totp
`),
  ],
  [
    'digits',
    words(`
  pin pincode
`),
  ],
  [
    'pair',
    words(`
  auth userpwd
`),
  ],
  [
    'header',
    words(`
  authorization cookie
`),
  ],
  [
    'perhaps',
    words(`
  key keys tokens signature sig session sessions sessionid sid sas hmac cert
`),
  ],
]

/** Ends of words without a seam: PGPASSWORD, dbpassword, hftoken. */
export const stems: readonly string[] = words(`
  password passwd passphrase secret token apikey accesskey secretkey privatekey credentials
`)

export const noStems: readonly string[] = words(`
  subtoken pretoken detoken untoken multitoken
`)

/** `X key` is a secret for these X, */
export const keyOwners: readonly string[] = words(`
  api app application access secret auth authentication authorization authtoken encryption encrypt encr
  decryption decrypt cipher crypto aes hmac jwt account storage shared subscription license licence master
  function functions admin consumer integration ingest ingestion webhook sas service svc rapidapi xi
  personal bot dev aws amazon azure gcp google gcs hf huggingface hub wandb openai anthropic claude gemini
  cohere mistral groq xai perplexity replicate together fireworks deepseek openrouter elevenlabs stability
  nvidia ngc comet neptune clearml mlflow dagshub kaggle roboflow databricks snowflake pinecone qdrant
  weaviate minio s3 r2 tavily serper serpapi langchain langsmith langfuse github gitlab sendgrid mailgun
  stripe twilio sentry datadog dd newrelic grafana heroku cloudflare runpod lambda linear airtable figma
  mapbox maps
`)

/** and may be the path of one for those; */
export const keyFiles: readonly string[] = words(`
  private ssh signing sign tls ssl gpg pgp rsa dsa ecdsa ed client server deploy
`)

/** for these it never is. */
export const keyFields: readonly string[] = words(`
  public pub primary foreign sort partition group cache rng host registry
`)

/** What may follow the secret word of a name and changes nothing: CLIENT_SECRET_VALUE, API_KEY_PROD, TOKEN_GITHUB. */
export const plainEnds: readonly string[] = words(`
  value values val string str text phrase word plain plaintext raw b base64 b64 hex hash data content
  literal json prod production dev development test testing staging stage live sandbox local old new
  current next previous prev default main primary secondary backup alt ro rw readonly read write admin
  root user client server global confirm confirmation repeat again aws azure gcp google hf huggingface hub
  wandb openai anthropic cohere mistral groq replicate comet neptune clearml mlflow kaggle databricks
  snowflake pinecone db database sql mysql postgres postgresql pg redis mongo s3 minio github gitlab git
  npm pypi docker registry slack discord telegram smtp mail email ftp ldap proxy http https webhook
`)

/** What may follow it and says that the value is none: PASSWORD_FILE, token_type, secretName. */
export const otherEnds: readonly string[] = words(`
  file files filename path paths dir folder env envvar var variable variables name names url uri urls
  endpoint host port type types kind class mode method algo algorithm policy provider providers source
  store manager backend count counts num number len length size sizes dim dims limit max min budget rate
  ratio per expiry expires expiration expire ttl age lifetime timeout duration rotation header headers
  prefix suffix field column col label labels index idx format version arn ref stdin prompt required
  enabled disabled hint help description title level strategy scheme role scope scopes audience issuer
  usage validator handler callback cls module position positions pos embedding embeddings emb
`)

export const numberedEnds: readonly string[] = ['id', 'ids']

/** What stands before the secret word and says that it is counted, or a part of a text, or a flag. */
export const counts: readonly string[] = words(`
  max min num n nb total avg mean average count number per
`)

export const tokenParts: readonly string[] = words(`
  pad eos bos unk sep cls mask special image img stop start end next prefix suffix begin sot eot eod audio
  video vision speech blank placeholder trigger text word char byte padding separator additional extra
  added think forced suppress class target tgt
  source src query output input loss readout distill distillation dist reg register registers memory latent key
  value lang language task drop relation answer question tool fim middle newline entity patch control action
  state reward goal context delimiter modality speaker domain sentence document dummy motion object region
  visual pool pooling summary assistant null
`)

export const passParts: readonly string[] = words(`
  first second third last forward backward fwd bwd multi single one two low high band all by each per
`)

export const flags: readonly string[] = words(`
  no use with without ask require requires enable disable allow skip show hide need needs has is prompt
  generate reset rotate check validate force print
`)

/** Names that argparse takes cut off, as long as they can be told: `--passw`, `--api-k`. */
export const abbreviated: readonly string[] = words(`
  passw passwo passwor passp passph passphr passphra passphras passc passco passcod secre creden credent
  credenti credentia api-k api-ke access-k access-ke secret-k secret-ke api-tok api-toke access-tok
  access-toke auth-tok auth-toke hf-tok hf-toke hub-tok hub-toke github-tok github-toke bearer-tok
  bearer-toke client-secr client-secre db-passw db-passwo db-passwor
`)

/** Parameters of a URL that are secrets there, whatever they are elsewhere. */
export const urlNames: readonly string[] = words(`
  key keys sig signature auth credential credentials hmac sid session ticket st assertion
`)

/** Where to look closer. Every word above has one of these in it. */
export const hints: readonly string[] = words(`
  pass pwd pw secret token key cred auth cookie jwt session sid sas sig pat bearer otp hmac mnemonic cert pin
`)

/** What an authorization begins with and may be shown. */
export const schemes: readonly string[] = words(`
  bearer basic token digest negotiate ntlm apikey api-key key oauth splunk snowflake sharedkey
  sharedaccesssignature genie-key ssws jwt bot aws4-hmac-sha256 googlelogin deepl-auth-key klaviyo-api-key
  hoba gnap dpop
`)
