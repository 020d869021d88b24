/** The keys and phrases that say themselves what they are, those of clients/python/provloom/_secret_table.py. */

/** What a key begins with, where a word begins, and what follows. */
export const keys: readonly (readonly [string, string])[] = [
  ['AKIA ASIA ABIA ACCA', String.raw`[A-Z0-9]{16}`],
  ['ABSK bedrock-api-key-', String.raw`[A-Za-z0-9+/]{40,}={0,2}`],
  ['ghp_ gho_ ghu_ ghs_ ghr_', String.raw`[A-Za-z0-9]{16,}`],
  ['github_pat_', String.raw`\w{16,}`],
  [
    'glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glimt- glagent- glsoat- glffct- gloas- glwt- GR1348941',
    String.raw`[\w.-]{16,}`,
  ],
  ['xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe.xoxb- xoxe.xoxp-', String.raw`[\w-]{10,}`],
  ['xapp- xwfp-', String.raw`[\w-]{16,}`],
  ['sk-', String.raw`(?=[\w-]{0,128}\d)[\w-]{16,}`],
  ['AIza', String.raw`[\w-]{30,}`],
  ['ya29.', String.raw`[\w.-]{16,}`],
  ['GOCSPX- nvapi- tvly- tskey- tgp_v1_ figd_ HRKU- PMAK- fo1_ sb_secret_ CFPAT-', String.raw`[\w-]{16,}`],
  ['1//0', String.raw`[\w-]{30,}`],
  ['hf_ api_org_', String.raw`[A-Za-z0-9]{16,}`],
  ['npm_', String.raw`[A-Za-z0-9]{24,}`],
  ['pypi-Ag', String.raw`[\w-]{16,}`],
  ['sk_live_ sk_test_ rk_live_ rk_test_', String.raw`[A-Za-z0-9]{10,}`],
  ['whsec_', String.raw`[A-Za-z0-9+/]{16,}={0,2}`],
  ['SG.', String.raw`[\w-]{16,}\.[\w-]{16,}`],
  ['SK AC key- fc-', String.raw`[0-9a-f]{32}`],
  [
    'r8_ gsk_ fw_ rpa_ ntn_ rnd_ nfp_ jina_ aph0_ lin_api_ lin_oauth_ pnu_ pnb_ phc_ phx_ phs_ napi_ cio',
    String.raw`[A-Za-z0-9]{20,}`,
  ],
  ['xai- pplx- csk- ak- as-', String.raw`(?=[\w-]{0,64}\d)[\w-]{20,}`],
  ['pcsk_ lsv2_pt_ lsv2_sk_ wandb_v1_ CCIPAT_', String.raw`\w{16,}`],
  [
    'e2b_ dop_v1_ doo_v1_ dor_v1_ sbp_ rubygems_ shpat_ shpca_ shppa_ shpss_ dapi dose dkea',
    String.raw`[0-9a-fA-F]{20,}`,
  ],
  ['dckr_pat_ dckr_oat_', String.raw`[\w-]{16,}`],
  ['eyJ', String.raw`[\w-]{8,}\.[\w-]{8,}\.[\w.-]*`],
  ['sk.eyJ tk.eyJ', String.raw`[\w.-]{20,}`],
  ['AGE-SECRET-KEY-1', String.raw`[0-9A-Z]{50,}`],
  ['hvs. hvb. hvr.', String.raw`[\w-]{20,}`],
  ['dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.', String.raw`[\w.-]{20,}`],
  ['secret_', String.raw`[A-Za-z0-9]{40,}`],
  ['EAA', String.raw`[\w-]{50,}`],
  ['sq0atp- sq0csp-', String.raw`[\w-]{20,}`],
  ['NRAK-', String.raw`[A-Z0-9]{20,}`],
  ['glsa_ glc_ sntrys_ sntryu_', String.raw`[\w+/=.-]{20,}`],
  ['pat', String.raw`[A-Za-z0-9]{14}\.[0-9a-f]{40,}`],
  ['ATATT3 ATCTT3 ATBB', String.raw`[\w=-]{20,}`],
  ['sl.', String.raw`[\w-]{60,}`],
  ['dt0c01. dt0s01. dt0s16.', String.raw`[A-Z0-9]{24}\.[A-Z0-9]{60,}`],
  ['pscale_tkn_ pscale_pw_ pscale_oauth_', String.raw`[\w.=-]{20,}`],
  ['npg_', String.raw`[A-Za-z0-9]{10,}`],
  ['oy2', String.raw`[a-z0-9]{43}`],
  ['AKC', String.raw`[A-Za-z0-9]{60,}`],
  ['LTAI', String.raw`[A-Za-z0-9]{12,}`],
  ['AKID', String.raw`[A-Za-z0-9]{32}`],
  ['ops_eyJ', String.raw`[\w-]{50,}`],
  ['M N O', String.raw`[\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}`],
]

/** Keys that begin with anything: what they have in them, and all of it. */
export const keysWith: readonly (readonly [string, string])[] = [
  ['Q~', String.raw`(?:(?<![\w~.-])|(?<=\\[nrt]))[\w~.]{3}\dQ~[\w~.-]{31,34}`],
  ['==', String.raw`(?:(?<![\w+/-])|(?<=\\[nrt]))[A-Za-z0-9+/]{86}==`],
  ['JQQJ9', String.raw`(?:(?<![\w-])|(?<=\\[nrt]))[A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{20,}`],
  ['.atlasv1.', String.raw`(?:(?<![\w-])|(?<=\\[nrt]))[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}`],
  [':AA', String.raw`(?<![0-9])\d{8,10}:AA[\w-]{32,}`],
  ['-us', String.raw`(?:(?<![\w-])|(?<=\\[nrt]))[0-9a-f]{32}-us\d{1,2}(?!\w)`],
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
  ['/api/webhooks/', String.raw`/api/webhooks/\d{5,25}/([\w-]{16,})`],
  ['webhook.office.com', String.raw`webhook\.office\.com/([^ \t\n\"'\x60]{16,})`],
  [
    'login',
    String.raw`\blogin[ \t]{1,8}[^ \t\n\"']{1,128}[ \t]{1,8}(?:account[ \t]{1,8}[^ \t\n]{1,128}[ \t]{1,8})?password[ \t]{1,8}([^ \t\n\"']{1,1024})`,
  ],
  [
    'identified',
    String.raw`\b(?:identified|IDENTIFIED)[ \t]{1,8}(?:by|BY)(?:[ \t]{1,8}(?:PASSWORD|password))?[ \t]{1,8}'([^'\n]{1,1024})'`,
  ],
]
