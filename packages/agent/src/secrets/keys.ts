/** The keys and phrases that say themselves what they are, those of clients/python/provloom/_secret_table.py. */

/** What a key begins with, where a word begins, and what follows; a `jumble` where that may also be a name (sk-learn). */
export const keys: readonly (readonly [string, string, 'jumble'?])[] = [
  ['AKIA ASIA ABIA ACCA', String.raw`[A-Z0-9]{16}`],
  ['IQoJb3JpZ2lu FwoGZXIvYXdz FQoGZXIvYXdz', String.raw`[A-Za-z0-9+/]{40,}={0,2}`],
  ['ABSK bedrock-api-key-', String.raw`[A-Za-z0-9+/]{40,}={0,2}`],
  ['ghp_ gho_ ghu_ ghs_ ghr_', String.raw`[A-Za-z0-9]{16,}`],
  ['github_pat_', String.raw`\w{16,}`],
  [
    'glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glimt- glagent- glsoat- glffct- gloas- glwt- GR1348941',
    String.raw`[\w.-]{16,}`,
  ],
  ['xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe.xoxb- xoxe.xoxp-', String.raw`[\w-]{10,}`],
  ['xapp- xwfp-', String.raw`[\w-]{16,}`],
  ['sk- xai- pplx- csk- llx-', String.raw`[\w-]{16,}`, 'jumble'],
  [
    'sk-lf- pat-na1- pat-na2- pat-na3- pat-eu1- pat-ap1-',
    String.raw`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`,
  ],
  ['pa- AQ.Ab sess- AQVN', String.raw`[\w-]{38,}`, 'jumble'],
  ['AIza', String.raw`[\w-]{30,}`],
  ['ya29.', String.raw`[\w.-]{16,}`],
  [
    'GOCSPX- nvapi- tvly- tskey- tgp_v1_ figd_ HRKU- PMAK- sb_secret_ CFPAT- CW-SECRET- bb_live_ sk_car_',
    String.raw`[\w-]{16,}`,
  ],
  ['cfut_ cfat_ cfk_ tfp_ tk-us- duffel_live_ duffel_test_ fio-u- sha256~ y0_', String.raw`[\w=-]{36,}`],
  ['fo1_ fm1a_ fm1r_ fm2_', String.raw`[\w+/-]{40,}={0,3}`],
  ['1//0', String.raw`[\w-]{30,}`],
  ['hf_ api_org_', String.raw`[A-Za-z0-9]{16,}`],
  ['hf_oauth_ hf_jwt_', String.raw`[\w.-]{16,}`],
  ['npm_', String.raw`[A-Za-z0-9]{24,}`],
  ['pypi-Ag', String.raw`[\w-]{16,}`],
  ['sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_', String.raw`[A-Za-z0-9]{10,}`],
  ['whsec_', String.raw`[A-Za-z0-9+/]{16,}={0,2}`],
  ['SG.', String.raw`[\w-]{16,}\.[\w-]{16,}`],
  ['SK AC key- fc-', String.raw`[0-9a-f]{32}(?![\w-])`],
  ['sk_', String.raw`[0-9a-f]{48}`],
  [
    'r8_ gsk_ fw_ fpk_ flp_ rpa_ ntn_ rnd_ jina_ aph0_ lin_api_ lin_oauth_ pnu_ pnb_ phc_ phx_ phs_ napi_ cio vcp_ vck_ vca_ vci_ vcr_ nfp_ nfo_ nfc_ nfu_ nfb_ aio_ unkey_ esecret_ dtn_ dbtc_ dbtu_ hcaik_ hcbik_ hcamk_ rdme_ cpk_ nyk_v0_ sntrya_ sntryi_',
    String.raw`[A-Za-z0-9]{20,}`,
    'jumble',
  ],
  ['sm_aat_ sm_pat_ sm_sat_ npg_', String.raw`[A-Za-z0-9]{10,}`],
  ['ak- as-', String.raw`[A-Za-z0-9]{22}(?![\w-])`, 'jumble'],
  ['ico- p8e-', String.raw`[A-Za-z0-9]{32}(?![\w-])`, 'jumble'],
  ['pcsk_ pckey_ lsv2_pt_ lsv2_sk_ wandb_v1_ CCIPAT_ CCIPRJ_', String.raw`\w{16,}`],
  [
    'e2b_ dop_v1_ doo_v1_ dor_v1_ sbp_ rubygems_ shpat_ shpca_ shppa_ shpss_ shpua_ dapi dsapi dose dkea pul- comfyui- bkua_ bkaj_ bkpt_ sqp_ squ_ sqa_ sgp_ sgd_ ls__ KGAT_ shippo_live_ shippo_test_ s-s4t2ud- s-s4t2af- ATTA',
    String.raw`[0-9a-fA-F]{20,}`,
  ],
  ['CLOJARS_ EZAK EZTK cmVmd', String.raw`[A-Za-z0-9]{50,}`],
  ['API-', String.raw`[A-Z0-9]{26}(?![\w-])`],
  ['A3-', String.raw`[A-Z0-9]{6}-[A-Z0-9-]{22,40}`],
  ['re_', String.raw`[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}`, 'jumble'],
  ['xkeysib- xsmtpsib-', String.raw`[0-9a-f]{40,}-[A-Za-z0-9]{10,}`],
  ['v1.0-', String.raw`[0-9a-f]{24}-[0-9a-f]{60,}`],
  ['dckr_pat_ dckr_oat_', String.raw`[\w-]{16,}`],
  ['eyJ', String.raw`[\w-]{8,}\.[\w-]{8,}\.[\w.-]*`],
  ['eyJhcGlf eyJrIjoi ZXlKaGJHY2lPaU ZXlKMGVYQWlPaU', String.raw`[\w+/.-]{40,}={0,2}`],
  ['sk.eyJ tk.eyJ', String.raw`[\w.-]{20,}`],
  ['AGE-SECRET-KEY-1', String.raw`[0-9A-Z]{50,}`],
  ['hvs. hvb. hvr.', String.raw`[\w-]{20,}`],
  ['dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit. snyk_uat.', String.raw`[\w.-]{20,}`],
  ['secret_', String.raw`(?:[\w-]{1,64}_[0-9a-f]{32}\.)?[A-Za-z0-9]{32,}`],
  ['EAA', String.raw`[\w-]{50,}`],
  ['sq0atp- sq0csp-', String.raw`[\w-]{20,}`],
  ['NRAK- NRII- NRIQ-', String.raw`[\w-]{20,}`, 'jumble'],
  ['glsa_ glc_ sntrys_ sntryu_ essu_', String.raw`[\w+/=.-]{20,}`],
  ['pat', String.raw`[A-Za-z0-9]{14}\.[0-9a-f]{40,}`],
  ['pat. sat.', String.raw`[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}`],
  ['ATATT3 ATCTT3 ATBB', String.raw`[\w=-]{20,}`],
  ['sl.', String.raw`(?:u\.)?[\w-]{60,}`],
  ['dt0c01. dt0s01. dt0s16.', String.raw`[A-Z0-9]{24}\.[A-Z0-9]{60,}`],
  ['pscale_tkn_ pscale_pw_ pscale_oauth_', String.raw`[\w.=-]{20,}`],
  ['oy2', String.raw`[a-z0-9]{43}`],
  ['AKC', String.raw`[A-Za-z0-9]{60,}`],
  ['LTAI', String.raw`[A-Za-z0-9]{12,}`],
  ['AKID', String.raw`[A-Za-z0-9]{32}`],
  ['ops_eyJ', String.raw`[\w+/-]{50,}={0,2}`],
  ['M N O', String.raw`[\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}`],
]

/** Keys that begin with anything: what they have in them, one of these, and all of it. */
export const keysWith: readonly (readonly [string, string])[] = [
  ['Q~', String.raw`(?:(?<![\w~.-])|(?<=\\[nrt]))[\w~.]{3}\dQ~[\w~.-]{31,34}`],
  ['==', String.raw`(?:(?<![\w+/-])|(?<=\\[nrt]))[A-Za-z0-9+/]{86}==`],
  [
    'AzCa AzSe AzFu AIoT +ASb +AEh +ARm +ACR',
    String.raw`(?:(?<![\w+/-])|(?<=\\[nrt]))[A-Za-z0-9+/]{33,44}(?:Az(?:Ca|Se|Fu)|AIoT|\+A(?:Sb|Eh|Rm|CR))[A-P][A-Za-z0-9+/]{5}={0,2}(?![\w+/])`,
  ],
  ['JQQJ9', String.raw`(?:(?<![\w-])|(?<=\\[nrt]))[A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{20,}`],
  ['.atlasv1.', String.raw`(?:(?<![\w-])|(?<=\\[nrt]))[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}`],
  [':AA', String.raw`(?<![0-9])\d{8,10}:AA[\w-]{32,}`],
  ['-us', String.raw`(?:(?<![\w-])|(?<=\\[nrt]))[0-9a-f]{32}-us\d{1,2}(?!\w)`],
  ['_mmk', String.raw`(?:(?<![\w-])|(?<=\\[nrt]))[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk(?!\w)`],
  [
    ':',
    String.raw`(?:(?<![\w-])|(?<=\\[nrt]))[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9a-f]{32}(?!\w)`,
  ],
  [
    '_live_ secret_ SECRET- _SECRET_ _token_ _api_key_',
    String.raw`(?:(?<![\w-])|(?<=\\[nrt]))[A-Za-z0-9]{0,16}[_-]?(?:live|secret|SECRET|token|api_key)[_-](?=[A-Za-z0-9]{0,64}[a-z])(?=[A-Za-z0-9]{0,64}[A-Z])(?=[A-Za-z0-9]{0,64}\d)[A-Za-z0-9]{24,}`,
  ],
]

/** Phrases: what they begin with in small letters, and what of them is the secret. */
export const phrases: readonly (readonly [string, string])[] = [
  [
    'bearer',
    String.raw`\b[Bb](?:earer|EARER)[ \t]+(?!(?:tokens?|auth\w*|scheme|realm|of|and|is|or)\b)([^ \t\r\n\"'\x60,;<>(){}\[\]\\]{1,4096})`,
  ],
  [
    'basic',
    String.raw`\b[Bb](?:asic|ASIC)[ \t]+((?=[A-Za-z]{0,64}(?:[0-9=]|[a-z][A-Z]))[A-Za-z0-9+/]{8,4096}={0,2})(?![\w.-])`,
  ],
  ['hooks.slack.com', String.raw`hooks\.slack\.com/(?:services|workflows|triggers)/([\w/+-]{16,})`],
  ['/t/', String.raw`/t/([A-Za-z]{2}-[0-9a-f]{8}-[0-9a-f-]{27})`],
  ['/api/webhooks/', String.raw`/api/webhooks/\d{5,25}/([\w-]{16,})`],
  ['webhook.office.com', String.raw`webhook\.office\.com/([^ \t\n\"'\x60]{16,})`],
  [
    'login',
    String.raw`\blogin[ \t\r\n]{1,8}[^ \t\r\n\"']{1,128}[ \t\r\n]{1,8}(?:account[ \t\r\n]{1,8}[^ \t\r\n]{1,128}[ \t\r\n]{1,8})?password[ \t]{1,8}([^ \t\r\n\"']{1,1024})`,
  ],
  ['login(', String.raw`\blogin\([^()\n]{0,128}?\bkey[ \t]{0,4}=[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})`],
  [
    'login(',
    String.raw`\blogin\([ \t]{0,8}\\{0,3}[\"'][^\"'\n]{1,128}[\"'][ \t]{0,4},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})`,
  ],
  [
    'basicauth(',
    String.raw`[Bb]asic[Aa]uth\([ \t]{0,8}[^,()\n]{1,128},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})`,
  ],
  [
    'digestauth(',
    String.raw`[Dd]igest[Aa]uth\([ \t]{0,8}[^,()\n]{1,128},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})`,
  ],
  [
    'ntlmauth(',
    String.raw`[Nn]tlm[Aa]uth\([ \t]{0,8}[^,()\n]{1,128},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})`,
  ],
  [
    'set_password(',
    String.raw`set_password\([^()\n]{0,256},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})\\{0,3}[\"'][ \t]{0,4}\)`,
  ],
  [
    'set_secret(',
    String.raw`set_secret\([^()\n]{0,256},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})\\{0,3}[\"'][ \t]{0,4}\)`,
  ],
  [
    ', pass',
    String.raw`, pass\w{0,12}[ \t]{0,4}=[ \t]{0,4}\\{0,3}[\"'][^\"'\\\n]{1,128}\\{0,3}[\"'][ \t]{0,4},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})`,
  ],
  [
    'auth = ',
    String.raw`auth[ \t]{0,4}=[ \t]{0,4}\\{0,3}[\"'][^\"'\\\n]{1,128}\\{0,3}[\"'][ \t]{0,4},[ \t]{0,4}\\{0,3}[\"']([^\"'\\\n]{1,1024})`,
  ],
  [
    'identified',
    String.raw`\b(?:identified|IDENTIFIED)[ \t]{1,8}(?:by|BY)(?:[ \t]{1,8}(?:PASSWORD|password))?[ \t]{1,8}'([^'\n]{1,1024})'`,
  ],
  [
    'jdbc:oracle:',
    String.raw`jdbc:oracle:[a-z0-9]{1,8}:[^/ \t\r\n\"'\x60]{1,128}/([^\n\"'\x60]{1,256}?)@(?=//|\(|[\w.-]{1,256}(?:[:/]|$))`,
  ],
  [
    ':*:',
    String.raw`(?<=[\w*])(?<!\.py):\*:[\w.*$-]{1,63}:[\w.*@$-]{1,63}:([^ \t\r\n:\"'\x60][^\n\"'\x60]{0,1023})`,
  ],
  [
    ':543',
    String.raw`(?<=[\w*])(?<!\.py):543\d:[\w.*$-]{1,63}:[\w.*@$-]{1,63}:([^ \t\r\n:\"'\x60][^\n\"'\x60]{0,1023})`,
  ],
  [
    ':6432:',
    String.raw`(?<=[\w*])(?<!\.py):6432:[\w.*$-]{1,63}:[\w.*@$-]{1,63}:([^ \t\r\n:\"'\x60][^\n\"'\x60]{0,1023})`,
  ],
  [
    'assword',
    String.raw`assword[^\"\n]{0,16}\"[ \t\r\n;{}]{0,16}(?:exp_)?send[ \t]{1,8}(?:-- )?\"([^\"\n]{1,256}?)(?:\\[rn]){0,2}\"`,
  ],
]

/** How long the lines of a private key are that came without the others. */
export const keyLines: readonly number[] = [64, 70, 76]
