"""The words and shapes by which secrets are known. packages/agent/src/secrets/table.ts says the same, and a test holds
them equal: change both."""

#: What stands in the place of a secret.
MASK = "***"

#: How sure a name is: what its value may be and still be shown. "sure": nothing but yes, no, nothing and references;
#: "file": a path too; "likely": a path or a short number; "number": any number (an id); "digits": all that is no code of
#: four to twelve digits; "pair": what stands before the
#: colon of user:password; "header": the scheme; "perhaps": all that is not a jumble of letters and digits.
LEVELS = {
    "sure": "password passwd passphrase passcode secret secrets token apikey apikeys jwt"
            " creds cred passwords tokenstring accesskey secretkey privatekey authkey mnemonic",
    "file": "pwd oldpwd",
    "likely": "pass pw credential credentials cookies sshpass dbpass userpass storepass keypass rootpass adminpass"
              " srcstorepass deststorepass keystorepass truststorepass requirepass masterauth authtoken authtokens pat bearer otp totp",
    "digits": "pin pincode",
    "pair": "auth userpwd",
    "header": "authorization cookie",
    "perhaps": "key keys tokens signature sig session sessions sessionid sid sas hmac cert",
}  # fmt: skip

#: Ends of words without a seam: PGPASSWORD, dbpassword, hftoken.
STEMS = "password passwd passphrase secret token apikey accesskey secretkey privatekey credentials".split()
NO_STEMS = "subtoken pretoken detoken untoken multitoken".split()

#: ``X key`` is a secret for these X, and may be the path of one for those; for the last it never is.
KEY_OWNERS = (
    "api app application access secret auth authentication authorization authtoken encryption encrypt encr decryption decrypt"
    " cipher crypto aes hmac jwt account storage shared subscription license licence master function functions admin"
    " consumer integration ingest ingestion webhook sas service svc rapidapi xi personal bot dev"
    " aws amazon azure gcp google gcs hf huggingface hub wandb openai anthropic claude gemini cohere mistral groq xai"
    " perplexity replicate together fireworks deepseek openrouter elevenlabs stability nvidia ngc comet neptune clearml"
    " mlflow dagshub kaggle roboflow databricks snowflake pinecone qdrant weaviate minio s3 r2 tavily serper serpapi"
    " langchain langsmith langfuse github gitlab sendgrid mailgun stripe twilio sentry datadog dd newrelic grafana"
    " heroku cloudflare runpod lambda linear airtable figma mapbox maps"
).split()
KEY_FILES = "private ssh signing sign tls ssl gpg pgp rsa dsa ecdsa ed client server deploy".split()
KEY_FIELDS = "public pub primary foreign sort partition group cache rng host registry".split()

#: What may follow the secret word of a name and changes nothing: CLIENT_SECRET_VALUE, API_KEY_PROD, TOKEN_GITHUB.
PLAIN_ENDS = (
    "value values val string str text phrase word plain plaintext raw b base64 b64 hex hash data content literal json prod production dev"
    " development test testing staging stage live sandbox local old new current next previous prev default main primary"
    " secondary backup alt ro rw readonly read write admin root user client server global confirm confirmation repeat again"
    " aws azure gcp google hf huggingface hub wandb openai anthropic cohere mistral groq replicate comet neptune clearml"
    " mlflow kaggle databricks snowflake pinecone db database sql mysql postgres postgresql pg redis mongo s3 minio github"
    " gitlab git npm pypi docker registry slack discord telegram smtp mail email ftp ldap proxy http https webhook"
).split()
#: What may follow it and says that the value is none: PASSWORD_FILE, token_type, secretName.
OTHER_ENDS = (
    "file files filename path paths dir folder env envvar var variable variables name names url uri urls endpoint host port"
    " type types kind class mode method algo algorithm policy provider providers source store manager backend count counts"
    " num number len length size sizes dim dims limit max min budget rate ratio per expiry expires expiration expire ttl age"
    " lifetime timeout duration rotation header headers prefix suffix field column col label labels index idx format version"
    " arn ref stdin prompt required enabled disabled hint help description title level strategy scheme role scope scopes"
    " audience issuer usage validator handler callback cls module position positions pos embedding embeddings emb"
).split()
NUMBERED_ENDS = "id ids".split()

#: What stands before the secret word and says that it is counted, or a part of a text, or a flag.
COUNTS = "max min num n nb total avg mean average count number per".split()
TOKEN_PARTS = (
    "pad eos bos unk sep cls mask special image img stop start end next prefix suffix begin sot eot eod audio video vision"
    " speech blank placeholder trigger text word char byte padding separator additional extra added think forced suppress class"
    " target tgt source src query output input loss readout distill distillation dist reg register registers memory latent"
    " key value lang language task drop relation answer question tool fim middle newline entity patch control action state"
    " reward goal context delimiter modality speaker domain sentence document dummy motion object region visual pool pooling"
    " summary assistant null"
).split()
PASS_PARTS = "first second third last forward backward fwd bwd multi single one two low high band all by each per".split()
FLAGS = (
    "no use with without ask require requires enable disable allow skip show hide need needs has is prompt generate reset"
    " rotate check validate force print"
).split()

#: Names that argparse takes cut off, as long as they can be told: --passw, --api-k.
ABBREVIATED = (
    "passw passwo passwor passp passph passphr passphra passphras passc passco passcod secre creden credent credenti"
    " credentia api-k api-ke access-k access-ke secret-k secret-ke api-tok api-toke access-tok access-toke auth-tok auth-toke"
    " hf-tok hf-toke hub-tok hub-toke github-tok github-toke bearer-tok bearer-toke client-secr client-secre db-passw"
    " db-passwo db-passwor"
).split()

#: Parameters of a URL that are secrets there, whatever they are elsewhere.
URL_NAMES = "key keys sig signature auth credential credentials hmac sid session ticket st assertion".split()

#: Where to look closer. Every word above has one of these in it.
HINTS = "pass pwd pw secret token key cred auth cookie jwt session sid sas sig pat bearer otp hmac mnemonic cert pin".split()

#: What an authorization begins with and may be shown.
SCHEMES = (
    "bearer basic token digest negotiate ntlm apikey api-key key oauth splunk snowflake sharedkey sharedaccesssignature"
    " genie-key ssws jwt bot aws4-hmac-sha256 googlelogin deepl-auth-key klaviyo-api-key hoba gnap dpop"
).split()

#: Options after which user:password may stand, in any program.
PAIR_OPTIONS = "u user username login".split()
#: Options that are a password in many programs and a port or a path in others: what looks made at random is masked.
PERHAPS_OPTIONS = "p P".split()

#: Programs whose options do not say that their value is a secret. ``flags``: options and what follows them; ``joined``:
#: the same, written together (-pVALUE); ``after``: only when one of these words came before; ``places``: which plain
#: words behind it are secrets; ``names``: plain words may name a secret that follows; ``pairs``: every NAME=VALUE is one;
#: ``shell``: plain words are commands of a shell. "name": the next word may name the secret behind it; "next": the word
#: after is one.
PROGRAMS = [
    {"of": "sh bash zsh dash ksh ash fish su runuser", "flags": {"-c": "shell"}},
    {"of": "ssh eval watch parallel tmux screen", "shell": True},
    {"of": "sbatch", "flags": {"--wrap": "shell"}},
    {"of": "lftp", "flags": {"-u": "comma", "-e": "shell", "-c": "shell"}},
    {"of": "open", "flags": {"-u": "comma"}},
    {"of": "pwsh powershell pwsh.exe powershell.exe", "flags": {"-c": "shell", "-Command": "shell", "-command": "shell"}},
    {"of": "mpiexec mpirun mpiexec.hydra mpirun.hydra mpiexec.mpich prterun", "flags": {"-env": "name", "-genv": "name"}},
    {"of": "docker podman buildah nerdctl", "flags": {"--secret": "text"}},
    {"of": "jq yq gojq jaq", "flags": {"--arg": "name"}},
    {"of": "mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mysqlpump mysqlsh mysqlslap mycli "
           "mariadb mariadb-dump mariadb-admin mariadb-import", "joined": {"-p": "sure"}},
    {"of": "sshpass mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop mongofiles "
           "rdesktop", "flags": {"-p": "sure"}, "joined": {"-p": "sure"}},
    {"of": "az twine cqlsh cypher-shell neo4j-admin beeline ansible-vault yt-dlp youtube-dl gallery-dl altool "
           "conan rabbitmqadmin evil-winrm flit hatch snowsql", "flags": {"-p": "sure"}},
    {"of": "docker podman nerdctl buildah skopeo helm oras crane regctl apptainer singularity cf oc ibmcloud "
           "influx", "after": "login setup create unlock", "flags": {"-p": "sure"}, "joined": {"-p": "sure"}},
    {"of": "security", "after": "unlock-keychain create-keychain set-keychain-password",
     "flags": {"-p": "sure", "-k": "sure"}},
    {"of": "security", "after": "add-generic-password add-internet-password import set-key-partition-list",
     "flags": {"-w": "sure", "-P": "sure", "-k": "sure"}},
    {"of": "sqlcmd bcp osql isql tsql sqsh ipmitool zip unzip mosquitto_pub mosquitto_sub mosquitto_rr p4",
     "flags": {"-P": "sure"}, "joined": {"-P": "sure"}},
    {"of": "7z 7za 7zr 7zz rar unrar", "joined": {"-p": "sure", "-hp": "sure"}},
    {"of": "xfreerdp xfreerdp3 wlfreerdp sdl-freerdp", "joined": {"/p:": "sure", "/gp:": "sure"}},
    {"of": "ldapsearch ldapadd ldapmodify ldapdelete ldappasswd ldapwhoami ldapcompare kadmin", "flags": {"-w": "sure"},
     "joined": {"-w": "sure"}},
    {"of": "ldappasswd", "flags": {"-s": "sure", "-a": "sure"}},
    {"of": "ssh-keygen", "flags": {"-N": "sure", "-P": "sure"}},
    {"of": "snmpwalk snmpget snmpset snmpgetnext snmpbulkwalk snmpbulkget snmptable snmptrap snmpinform "
           "snmpstatus", "flags": {"-A": "sure", "-X": "sure", "-c": "sure"}},
    {"of": "redis-cli valkey-cli keydb-cli", "flags": {"-a": "sure", "-u": "url"}},
    {"of": "redis-cli valkey-cli keydb-cli", "after": "auth AUTH", "places": [0, 1]},
    {"of": "influx anaconda doctl glab vercel netlify doppler", "flags": {"-t": "sure"}},
    {"of": "nuget dotnet", "after": "push", "flags": {"-k": "sure", "-ApiKey": "sure"}},
    {"of": "swaks sendemail sendEmail", "flags": {"-ap": "sure", "-xp": "sure"}},
    {"of": "smbclient rpcclient smbget smbmap net", "flags": {"-U": "percent", "--user": "percent"},
     "joined": {"-U": "percent"}},
    {"of": "smbclient", "flags": {"-c": "text", "-D": "text", "-I": "text", "-L": "text", "-W": "text", "-A": "text",
                                  "-m": "text", "-d": "text"}, "places": [1]},
    {"of": "openssl apksigner",
     "flags": {"-passin": "scheme", "-passout": "scheme", "-pass": "scheme", "-password": "scheme", "--ks-pass": "scheme", "--key-pass": "scheme", "-k": "sure", "-K": "sure"}},
    {"of": "curl",
     "flags": {"-u": "pair", "-U": "pair", "--user": "pair", "--proxy-user": "pair", "-b": "cookie", "--cookie": "cookie", "--oauth2-bearer": "sure", "-x": "url", "--proxy": "url", "-E": "pair", "--cert": "pair", "--pass": "sure", "--tlspassword": "sure"},
     "joined": {"-u": "pair", "-U": "pair", "-b": "cookie", "-x": "url", "-E": "pair", "-H": "text"}},
    {"of": "http https httpie xh xhs", "flags": {"-a": "pair", "--auth": "pair"}},
    {"of": "ab hey", "flags": {"-A": "pair", "-a": "pair"}},
    {"of": "sqlplus expdp impdp sqlldr wpa_passphrase ConvertTo-SecureString", "flags": {"-String": "sure"}, "places": [0]},
    {"of": "wpa_passphrase", "places": [1]},
    {"of": "htpasswd mosquitto_passwd", "after": "-b -bc -cb -bB -Bb -cbB -bcB -Bbc -Bcb -cBb -bs -bm -bd -db",
     "places": [2, 3]},
    {"of": "htpasswd", "after": "-nb -bn -nbB -Bbn -nBb -bnB -Bnb -bBn -nbm -nbs", "places": [1, 2]},
    {"of": "net", "after": "use", "joined": {"\\\\": "next", "/user:": "next", "/USER:": "next"}},
    {"of": "wandb vault cargo comet bw", "after": "login unlock", "places": [0, 1, 2]},
    {"of": "rclone", "after": "obscure", "places": [0]},
    {"of": "ngrok", "after": "authtoken add-authtoken", "places": [0]},
    {"of": "cloudflared", "after": "install", "places": [0]},
    {"of": "rabbitmqctl", "after": "add_user change_password authenticate_user", "places": [1]},
    {"of": "cf", "after": "auth", "places": [1]},
    {"of": "snyk", "after": "auth", "places": [0]},
    {"of": "mc", "after": "set", "places": [2, 3]},
    {"of": "git npm yarn pnpm pip pip3 poetry aws gcloud dvc conda rclone pulumi snap vastai redis-cli consul "
           "etcdctl cf crudini nmcli dotnet", "after": "config configure set modify create update put set-env connect",
     "names": True},
    {"of": "pulumi", "flags": {"--secret": "flag"}},
    {"of": "pulumi", "after": "--secret", "places": [1]},
    {"of": "setenv setx ENV pdftk", "names": True},
    {"of": "set", "after": "-x -gx -xg -Ux -xU", "names": True},
    {"of": "kubectl oc", "flags": {"--from-literal": "named"}},
    {"of": "gh az aws fly flyctl wrangler vault gcloud heroku pulumi doppler supabase vercel modal",
     "after": "secret secrets put-parameter kv",
     "flags": {"--value": "sure", "--body": "sure", "-b": "sure", "--string-value": "sure"}, "pairs": True},
]  # fmt: skip

#: Programs whose names in a text are no reason to look closer: words of prose, and shells, whose strings have hints of
#: their own.
PLAIN_PROGRAMS = (
    "set sh bash zsh dash ksh ash fish su ssh eval watch parallel screen open net ab hey http https conan hatch"
    " flit snap comet"
).split()

#: Words of a command that takes a secret from its input, together: what is said into it is one.
SECRET_INPUT = [
    "--password-stdin", "--with-token", "--token-stdin", "--passphrase-fd", "--stdin",
    "chpasswd", "sudo -S", "kinit", "smbpasswd", "htpasswd -i",
    "cryptsetup", "ssh-add -", "docker secret", "podman secret", "gh secret",
    "wrangler secret", "gcloud secrets", "flyctl secrets", "fly secrets", "vault login",
    "wandb login", "huggingface-cli login", "hf login", "secret-tool store", "pass insert",
]

#: Keys that say themselves what they are: what they begin with, where a word begins, and what follows; a "jumble" where that
#: may also be a name (sk-learn).
KEYS = [
    ["AKIA ASIA ABIA ACCA", r"[A-Z0-9]{16}"],
    ["IQoJb3JpZ2lu FwoGZXIvYXdz FQoGZXIvYXdz", r"[A-Za-z0-9+/]{40,}={0,2}"],
    ["ABSK bedrock-api-key-", r"[A-Za-z0-9+/]{40,}={0,2}"],
    ["ghp_ gho_ ghu_ ghs_ ghr_", r"[A-Za-z0-9]{16,}"],
    ["github_pat_", r"\w{16,}"],
    ["glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glimt- glagent- glsoat- glffct- gloas- glwt- GR1348941", r"[\w.-]{16,}"],
    ["xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe.xoxb- xoxe.xoxp-", r"[\w-]{10,}"],
    ["xapp- xwfp-", r"[\w-]{16,}"],
    ["sk- xai- pplx- csk- llx-", r"[\w-]{16,}", "jumble"],
    ["sk-lf- pat-na1- pat-na2- pat-na3- pat-eu1- pat-ap1-", r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"],
    ["pa- AQ.Ab sess- AQVN", r"[\w-]{38,}", "jumble"],
    ["AIza", r"[\w-]{30,}"],
    ["ya29.", r"[\w.-]{16,}"],
    ["GOCSPX- nvapi- tvly- tskey- tgp_v1_ figd_ HRKU- PMAK- sb_secret_ CFPAT- CW-SECRET- bb_live_ sk_car_", r"[\w-]{16,}"],
    ["cfut_ cfat_ cfk_ tfp_ tk-us- duffel_live_ duffel_test_ fio-u- sha256~ y0_", r"[\w=-]{36,}"],
    ["fo1_ fm1a_ fm1r_ fm2_", r"[\w+/-]{40,}={0,3}"],
    ["1//0", r"[\w-]{30,}"],
    ["hf_ api_org_", r"[A-Za-z0-9]{16,}"],
    ["hf_oauth_ hf_jwt_", r"[\w.-]{16,}"],
    ["npm_", r"[A-Za-z0-9]{24,}"],
    ["pypi-Ag", r"[\w-]{16,}"],
    ["sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_", r"[A-Za-z0-9]{10,}"],
    ["whsec_", r"[A-Za-z0-9+/]{16,}={0,2}"],
    ["SG.", r"[\w-]{16,}\.[\w-]{16,}"],
    ["SK AC key- fc-", r"[0-9a-f]{32}(?![\w-])"],
    ["sk_", r"[0-9a-f]{48}"],
    [("r8_ gsk_ fw_ fpk_ flp_ rpa_ ntn_ rnd_ jina_ aph0_ lin_api_ lin_oauth_ pnu_ pnb_ phc_ phx_ phs_ napi_ cio "
     "vcp_ vck_ vca_ vci_ vcr_ nfp_ nfo_ nfc_ nfu_ nfb_ aio_ unkey_ esecret_ dtn_ dbtc_ dbtu_ hcaik_ hcbik_ "
     "hcamk_ rdme_ cpk_ nyk_v0_ sntrya_ sntryi_"), r"[A-Za-z0-9]{20,}", "jumble"],
    ["sm_aat_ sm_pat_ sm_sat_ npg_", r"[A-Za-z0-9]{10,}"],
    ["ak- as-", r"[A-Za-z0-9]{22}(?![\w-])", "jumble"],
    ["ico- p8e-", r"[A-Za-z0-9]{32}(?![\w-])", "jumble"],
    ["pcsk_ pckey_ lsv2_pt_ lsv2_sk_ wandb_v1_ CCIPAT_ CCIPRJ_", r"\w{16,}"],
    [("e2b_ dop_v1_ doo_v1_ dor_v1_ sbp_ rubygems_ shpat_ shpca_ shppa_ shpss_ shpua_ dapi dsapi dose dkea pul- "
     "comfyui- bkua_ bkaj_ bkpt_ sqp_ squ_ sqa_ sgp_ sgd_ ls__ KGAT_ shippo_live_ shippo_test_ s-s4t2ud- "
     "s-s4t2af- ATTA"), r"[0-9a-fA-F]{20,}"],
    ["CLOJARS_ EZAK EZTK cmVmd", r"[A-Za-z0-9]{50,}"],
    ["API-", r"[A-Z0-9]{26}(?![\w-])"],
    ["A3-", r"[A-Z0-9]{6}-[A-Z0-9-]{22,40}"],
    ["re_", r"[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}", "jumble"],
    ["xkeysib- xsmtpsib-", r"[0-9a-f]{40,}-[A-Za-z0-9]{10,}"],
    ["v1.0-", r"[0-9a-f]{24}-[0-9a-f]{60,}"],
    ["dckr_pat_ dckr_oat_", r"[\w-]{16,}"],
    ["eyJ", r"[\w-]{8,}\.[\w-]{8,}\.[\w.-]*"],
    ["eyJhcGlf eyJrIjoi ZXlKaGJHY2lPaU ZXlKMGVYQWlPaU", r"[\w+/.-]{40,}={0,2}"],
    ["sk.eyJ tk.eyJ", r"[\w.-]{20,}"],
    ["AGE-SECRET-KEY-1", r"[0-9A-Z]{50,}"],
    ["hvs. hvb. hvr.", r"[\w-]{20,}"],
    ["dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit. snyk_uat.", r"[\w.-]{20,}"],
    ["secret_", r"(?:[\w-]{1,64}_[0-9a-f]{32}\.)?[A-Za-z0-9]{32,}"],
    ["EAA", r"[\w-]{50,}"],
    ["sq0atp- sq0csp-", r"[\w-]{20,}"],
    ["NRAK- NRII- NRIQ-", r"[\w-]{20,}", "jumble"],
    ["glsa_ glc_ sntrys_ sntryu_ essu_", r"[\w+/=.-]{20,}"],
    ["pat", r"[A-Za-z0-9]{14}\.[0-9a-f]{40,}"],
    ["pat. sat.", r"[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}"],
    ["ATATT3 ATCTT3 ATBB", r"[\w=-]{20,}"],
    ["sl.", r"(?:u\.)?[\w-]{60,}"],
    ["dt0c01. dt0s01. dt0s16.", r"[A-Z0-9]{24}\.[A-Z0-9]{60,}"],
    ["pscale_tkn_ pscale_pw_ pscale_oauth_", r"[\w.=-]{20,}"],
    ["oy2", r"[a-z0-9]{43}"],
    ["AKC", r"[A-Za-z0-9]{60,}"],
    ["LTAI", r"[A-Za-z0-9]{12,}"],
    ["AKID", r"[A-Za-z0-9]{32}"],
    ["ops_eyJ", r"[\w+/-]{50,}={0,2}"],
    ["M N O", r"[\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}"],
]
#: Keys that begin with anything: what they have in them, one of these, and all of it.
KEYS_WITH = [
    ["Q~", r"(?:(?<![\w~.-])|(?<=\\[nrt]))[\w~.]{3}\dQ~[\w~.-]{31,34}"],
    ["==", r"(?:(?<![\w+/-])|(?<=\\[nrt]))[A-Za-z0-9+/]{86}=="],
    ["AzCa AzSe AzFu AIoT +ASb +AEh +ARm +ACR", r"(?:(?<![\w+/-])|(?<=\\[nrt]))[A-Za-z0-9+/]{33,44}(?:Az(?:Ca|Se|Fu)|AIoT|\+A(?:Sb|Eh|Rm|CR))[A-P][A-Za-z0-9+/]{5}={0,2}(?![\w+/])"],
    ["JQQJ9", r"(?:(?<![\w-])|(?<=\\[nrt]))[A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{20,}"],
    [".atlasv1.", r"(?:(?<![\w-])|(?<=\\[nrt]))[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}"],
    [":AA", r"(?<![0-9])\d{8,10}:AA[\w-]{32,}"],
    ["-us", r"(?:(?<![\w-])|(?<=\\[nrt]))[0-9a-f]{32}-us\d{1,2}(?!\w)"],
    ["_mmk", r"(?:(?<![\w-])|(?<=\\[nrt]))[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk(?!\w)"],
    [":", r"(?:(?<![\w-])|(?<=\\[nrt]))[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9a-f]{32}(?!\w)"],
    ["_live_ secret_ SECRET- _SECRET_ _token_ _api_key_", r"(?:(?<![\w-])|(?<=\\[nrt]))[A-Za-z0-9]{0,16}[_-]?(?:live|secret|SECRET|token|api_key)[_-](?=[A-Za-z0-9]{0,64}[a-z])(?=[A-Za-z0-9]{0,64}[A-Z])(?=[A-Za-z0-9]{0,64}\d)[A-Za-z0-9]{24,}"],
]
#: Phrases: what they begin with in small letters, and what of them is the secret.
PHRASES = [
    ["bearer", r"\b[Bb](?:earer|EARER)[ \t]+(?!(?:tokens?|auth\w*|scheme|realm|of|and|is|or)\b)([^ \t\r\n\"'\x60,;<>(){}\[\]\\]{1,4096})"],
    ["basic", r"\b[Bb](?:asic|ASIC)[ \t]+((?=[A-Za-z]{0,64}(?:[0-9=]|[a-z][A-Z]))[A-Za-z0-9+/]{8,4096}={0,2})(?![\w.-])"],
    ["hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/+-]{16,})"],
    ["/t/", r"/t/([A-Za-z]{2}-[0-9a-f]{8}-[0-9a-f-]{27})"],
    ["/api/webhooks/", r"/api/webhooks/\d{5,25}/([\w-]{16,})"],
    ["webhook.office.com", r"webhook\.office\.com/([^ \t\n\"'\x60]{16,})"],
    ["login", r"\blogin[ \t\r\n]{1,8}[^ \t\r\n\"']{1,128}[ \t\r\n]{1,8}(?:account[ \t\r\n]{1,8}[^ \t\r\n]{1,128}[ \t\r\n]{1,8})?password[ \t]{1,8}([^ \t\r\n\"']{1,1024})"],
    ["login(", r"\blogin\([^()\n]{0,128}?\bkey[ \t]{0,4}=[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})"],
    ["login(", r"\blogin\([ \t]{0,8}\\{0,3}[\"'][^\"'\n]{1,128}[\"'][ \t]{0,4},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})"],
    ["basicauth(", r"[Bb]asic[Aa]uth\([ \t]{0,8}[^,()\n]{1,128},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})"],
    ["digestauth(", r"[Dd]igest[Aa]uth\([ \t]{0,8}[^,()\n]{1,128},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})"],
    ["ntlmauth(", r"[Nn]tlm[Aa]uth\([ \t]{0,8}[^,()\n]{1,128},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})"],
    ["set_password(", r"set_password\([^()\n]{0,256},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})\\{0,3}[\"'][ \t]{0,4}\)"],
    ["set_secret(", r"set_secret\([^()\n]{0,256},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})\\{0,3}[\"'][ \t]{0,4}\)"],
    [", pass", r", pass\w{0,12}[ \t]{0,4}=[ \t]{0,4}\\{0,3}[\"'][^\"'\\\n]{1,128}\\{0,3}[\"'][ \t]{0,4},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})"],
    ["auth = ", r"auth[ \t]{0,4}=[ \t]{0,4}\\{0,3}[\"'][^\"'\\\n]{1,128}\\{0,3}[\"'][ \t]{0,4},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})"],
    ["identified", r"\b(?:identified|IDENTIFIED)[ \t]{1,8}(?:by|BY)(?:[ \t]{1,8}(?:PASSWORD|password))?[ \t]{1,8}'([^'\n]{1,1024})'"],
    ["jdbc:oracle:", r"jdbc:oracle:[a-z0-9]{1,8}:[^/ \t\r\n\"'\x60]{1,128}/([^\n\"'\x60]{1,256}?)@(?=//|\(|[\w.-]{1,256}(?:[:/]|$))"],
    [":*:", r"(?<=[\w*])(?<!\.py):\*:[\w.*$-]{1,63}:[\w.*@$-]{1,63}:([^ \t\r\n:\"'\x60][^\n\"'\x60]{0,1023})"],
    [":543", r"(?<=[\w*])(?<!\.py):543\d:[\w.*$-]{1,63}:[\w.*@$-]{1,63}:([^ \t\r\n:\"'\x60][^\n\"'\x60]{0,1023})"],
    [":6432:", r"(?<=[\w*])(?<!\.py):6432:[\w.*$-]{1,63}:[\w.*@$-]{1,63}:([^ \t\r\n:\"'\x60][^\n\"'\x60]{0,1023})"],
    ["assword", r"assword[^\"\n]{0,16}\"[ \t\r\n;{}]{0,16}(?:exp_)?send[ \t]{1,8}(?:-- )?\"([^\"\n]{1,256}?)(?:\\[rn]){0,2}\""],
]
#: How long the lines of a private key are that came without the others.
KEY_LINES = [64, 70, 76]
