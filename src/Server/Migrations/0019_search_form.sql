-- How text is searched, anew: what reads alike is alike. Text and query are folded by this one function.
CREATE OR REPLACE FUNCTION platform.search_form(content text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    other_digits CONSTANT text := '[٠-٩۰-۹߀-߉०-९০-৯੦-੯૦-૯୦-୯௦-௯౦-౯೦-೯൦-൯෦-෯๐-๙໐-໙༠-༩၀-၉႐-႙០-៩᠐-᠙᥆-᥏᧐-᧙᪀-᪉᪐-᪙᭐-᭙᮰-᮹᱀-᱉᱐-᱙꘠-꘩꣐-꣙꤀-꤉꧐-꧙꧰-꧹꩐-꩙꯰-꯹𐒠-𐒩𐴰-𐴹'
        || '𐵀-𐵉𑁦-𑁯𑃰-𑃹𑄶-𑄿𑇐-𑇙𑋰-𑋹𑑐-𑑙𑓐-𑓙𑙐-𑙙𑛀-𑛉𑛐-𑛙𑛚-𑛣𑜰-𑜹𑣠-𑣩𑥐-𑥙𑯰-𑯹𑱐-𑱙𑵐-𑵙𑶠-𑶩𑷠-𑷩𑽐-𑽙𖄰-𖄹𖩠-𖩩𖫀-𖫉𖭐-𖭙𖵰-𖵹𞅀-𞅉𞋰-𞋹𞓰-𞓹𞗱-𞗺𞥐-𞥙]';
    folded text;
BEGIN
    -- Most texts are ASCII, and quick.
    IF octet_length(content) = length(content) THEN RETURN lower(content COLLATE "C"); END IF;

    -- Accents that stand by themselves are typed as apostrophes, and would come apart into a space and a mark.
    folded := translate(content, E'\u00B4\u0384\u1FBD\u1FBF\u1FCD\u1FCE\u1FCF\u1FDD\u1FDE\u1FDF\u1FFD\u1FFE', repeat('''', 12));
    folded := lower(normalize(folded, NFKD));

    -- Not accented letters but letters of their own.
    folded := replace(replace(replace(folded, E'и\u0306', 'й'), E'і\u0308', 'ї'), E'у\u0306', 'ў');

    -- Marks: accents, the points of Hebrew, Arabic and Syriac, nuktas, the Arabic tatweel. And what nobody sees: soft hyphens, zero-width
    -- characters, joiners, variation selectors, bidi controls, tags.
    folded := regexp_replace(folded, '['
        || '\u0300-\u036F\u0483-\u0489\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061A\u0640\u064B-\u065F\u0670\u06D6-\u06DC'
        || '\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u0711\u0730-\u074A\u0897-\u089F\u08CA-\u08E1\u08E3-\u08FF\u093C\u0951-\u0954\u0A3C'
        || '\u1AB0-\u1AEB\u1CD0-\u1CD2\u1CD4-\u1CE0\u1CE2-\u1CE8\u1CED\u1CF4\u1CF8\u1CF9\u1DC0-\u1DFF\u20D0-\u20F0\u2CEF-\u2CF1\u2DE0-\u2DFF'
        || '\u302A-\u302D\uA66F-\uA672\uA674-\uA67D\uA69E\uA69F\uFB1E\uFE20-\uFE2F\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F'
        || '\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\U00013430-\U0001343F\U0001BCA0-\U0001BCA3\U0001D159'
        || '\U0001D165-\U0001D169\U0001D16D-\U0001D182\U000E0000-\U000E0FFF]+', '', 'g');

    -- Letters that Unicode does not take apart.
    IF folded ~ '[ßæðøþđħıĸłŋœŧƀƃƈƌƒƙƚƞƥƭƴƶǝǥȥȼ-ɏɓ-ɵʂ-ʋⱡ-ⱬꞑꞡ-ꞩςґᲀ-ᲈ]' THEN
        folded := translate(folded,
            'ðøđħıĸłŋŧƀƃƈƌƒƙƚƞƥƭƴƶǝǥȥȼȿɀɇɉɍɏɓɔɖɗəɛɠɡɦɨɫɲɵʂʈʉʋⱡⱥⱦⱨⱪⱬꞑꞡꞣꞥꞧꞩςґᲀᲁᲂᲃᲄᲅᲆᲇᲈ',
            'dodhiqlntbbcdfklnptyzegzcszejryboddeegghilnostuvlathkzngknrsσгвдосттъѣꙋ');
        folded := replace(replace(replace(replace(folded, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
    END IF;

    -- Forms of one Arabic letter, as keyboards of different countries have them.
    IF folded ~ '[ٱ-ٳةىکڪھہەۃیے]' THEN
        folded := translate(folded, 'ٱٲٳىیےةھہەۃکڪ', 'ااايييهههههكك');
    END IF;

    IF folded ~ other_digits THEN
        folded := translate(folded,
        '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹߀߁߂߃߄߅߆߇߈߉०१२३४५६७८९০১২৩৪৫৬৭৮৯੦੧੨੩੪੫੬੭੮੯૦૧૨૩૪૫૬૭૮૯୦୧୨୩୪୫୬୭୮୯௦௧௨௩௪௫௬௭௮௯౦౧౨౩౪౫౬౭౮౯೦೧೨೩೪೫೬೭೮೯൦൧൨൩൪൫൬൭൮൯'
        || '෦෧෨෩෪෫෬෭෮෯๐๑๒๓๔๕๖๗๘๙໐໑໒໓໔໕໖໗໘໙༠༡༢༣༤༥༦༧༨༩၀၁၂၃၄၅၆၇၈၉႐႑႒႓႔႕႖႗႘႙០១២៣៤៥៦៧៨៩᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙᥆᥇᥈᥉᥊᥋᥌᥍᥎᥏᧐᧑᧒᧓᧔᧕᧖᧗᧘᧙᪀᪁᪂᪃᪄᪅᪆᪇᪈᪉᪐᪑᪒᪓᪔᪕᪖᪗᪘᪙'
        || '᭐᭑᭒᭓᭔᭕᭖᭗᭘᭙᮰᮱᮲᮳᮴᮵᮶᮷᮸᮹᱀᱁᱂᱃᱄᱅᱆᱇᱈᱉᱐᱑᱒᱓᱔᱕᱖᱗᱘᱙꘠꘡꘢꘣꘤꘥꘦꘧꘨꘩꣐꣑꣒꣓꣔꣕꣖꣗꣘꣙꤀꤁꤂꤃꤄꤅꤆꤇꤈꤉꧐꧑꧒꧓꧔꧕꧖꧗꧘꧙꧰꧱꧲꧳꧴꧵꧶꧷꧸꧹꩐꩑꩒꩓꩔꩕꩖꩗꩘꩙꯰꯱꯲꯳꯴꯵꯶꯷꯸꯹𐒠𐒡𐒢𐒣𐒤𐒥𐒦𐒧𐒨𐒩'
        || '𐴰𐴱𐴲𐴳𐴴𐴵𐴶𐴷𐴸𐴹𐵀𐵁𐵂𐵃𐵄𐵅𐵆𐵇𐵈𐵉𑁦𑁧𑁨𑁩𑁪𑁫𑁬𑁭𑁮𑁯𑃰𑃱𑃲𑃳𑃴𑃵𑃶𑃷𑃸𑃹𑄶𑄷𑄸𑄹𑄺𑄻𑄼𑄽𑄾𑄿𑇐𑇑𑇒𑇓𑇔𑇕𑇖𑇗𑇘𑇙𑋰𑋱𑋲𑋳𑋴𑋵𑋶𑋷𑋸𑋹𑑐𑑑𑑒𑑓𑑔𑑕𑑖𑑗𑑘𑑙𑓐𑓑𑓒𑓓𑓔𑓕𑓖𑓗𑓘𑓙𑙐𑙑𑙒𑙓𑙔𑙕𑙖𑙗𑙘𑙙𑛀𑛁𑛂𑛃𑛄𑛅𑛆𑛇𑛈𑛉𑛐𑛑𑛒𑛓𑛔𑛕𑛖𑛗𑛘𑛙'
        || '𑛚𑛛𑛜𑛝𑛞𑛟𑛠𑛡𑛢𑛣𑜰𑜱𑜲𑜳𑜴𑜵𑜶𑜷𑜸𑜹𑣠𑣡𑣢𑣣𑣤𑣥𑣦𑣧𑣨𑣩𑥐𑥑𑥒𑥓𑥔𑥕𑥖𑥗𑥘𑥙𑯰𑯱𑯲𑯳𑯴𑯵𑯶𑯷𑯸𑯹𑱐𑱑𑱒𑱓𑱔𑱕𑱖𑱗𑱘𑱙𑵐𑵑𑵒𑵓𑵔𑵕𑵖𑵗𑵘𑵙𑶠𑶡𑶢𑶣𑶤𑶥𑶦𑶧𑶨𑶩𑷠𑷡𑷢𑷣𑷤𑷥𑷦𑷧𑷨𑷩𑽐𑽑𑽒𑽓𑽔𑽕𑽖𑽗𑽘𑽙𖄰𖄱𖄲𖄳𖄴𖄵𖄶𖄷𖄸𖄹𖩠𖩡𖩢𖩣𖩤𖩥𖩦𖩧𖩨𖩩'
        || '𖫀𖫁𖫂𖫃𖫄𖫅𖫆𖫇𖫈𖫉𖭐𖭑𖭒𖭓𖭔𖭕𖭖𖭗𖭘𖭙𖵰𖵱𖵲𖵳𖵴𖵵𖵶𖵷𖵸𖵹𞅀𞅁𞅂𞅃𞅄𞅅𞅆𞅇𞅈𞅉𞋰𞋱𞋲𞋳𞋴𞋵𞋶𞋷𞋸𞋹𞓰𞓱𞓲𞓳𞓴𞓵𞓶𞓷𞓸𞓹𞗱𞗲𞗳𞗴𞗵𞗶𞗷𞗸𞗹𞗺𞥐𞥑𞥒𞥓𞥔𞥕𞥖𞥗𞥘𞥙', repeat('0123456789', 68));
    END IF;

    -- Quotes, apostrophes, dashes and spaces as keyboards have them.
    IF folded ~ '[\u0085\u1680\u2010-\u2044\u2212\u2215\u2800\u2E3A\u2E3B«»ʹʺʻʼʽˈ՚־׳״٪٫٬᠆「」『』〝-〟ꞌ]' THEN
        folded := translate(folded,
            E'’‘‛‚‹›′‵ʹʻʼʽˈ՚׳ꞌ“”„‟«»ʺ״「」『』〝〞〟‐‒–—―⁃−⸺⸻־᠆⁄∕٪٫٬\u0085\u1680\u2028\u2029\u2800',
            '''''''''''''''''''''''''''''''''"""""""""""""""-----------//%.,     ');
    END IF;
    RETURN normalize(folded, NFC);
END $$;

-- What is stored is folded anew where the function says otherwise now; ASCII is folded as before. A stored column is made anew when what it is made
-- of is written, even with the same value. Only rows that differ are written, and these tables are not locked.
UPDATE threads.messages SET content = content WHERE octet_length(content) <> length(content) AND search_text <> platform.search_form(content);
UPDATE files.pages SET content = content WHERE octet_length(content) <> length(content) AND search_text <> platform.search_form(content);
UPDATE records.case_history_versions SET summary = summary
    WHERE octet_length(summary) <> length(summary) AND search_text <> platform.search_form(summary);
UPDATE records.reports SET title = title WHERE search_text <> platform.search_form(title || E'\n' || description);
UPDATE cases.cases SET title = title WHERE search_text <> platform.search_form(coalesce(title, '') || E'\n' || issue_description);
UPDATE tickets.tickets SET title = title WHERE search_text <> platform.search_form(title || E'\n' || description);
UPDATE care.hospitals SET name = name WHERE search_text <> platform.search_form(
    name || E'\n' || coalesce(city, '') || E'\n' || coalesce(state, '') || E'\n' || coalesce(country, '') || E'\n' || coalesce(address, '') || E'\n'
    || care.joined(specialities));
UPDATE care.doctors SET name = name WHERE search_text <> platform.search_form(
    name || E'\n' || coalesce(designation, '') || E'\n' || coalesce(details, '') || E'\n' || care.joined(specialities));
UPDATE care.patients SET name = name WHERE search_text <> platform.search_form(name || E'\n' || coalesce(contact, ''));

-- Filters that compare whole words fold like the search.
CREATE FUNCTION care.folded(words text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT string_to_array(platform.search_form(array_to_string(words, E'\n')), E'\n')
$$;
DROP INDEX care.hospitals_by_city, care.hospitals_by_speciality, care.doctors_by_speciality;
DROP FUNCTION care.lowered;
CREATE INDEX hospitals_by_city ON care.hospitals (platform.search_form(city)) WHERE deleted_at IS NULL;
CREATE INDEX hospitals_by_speciality ON care.hospitals USING gin (care.folded(specialities));
CREATE INDEX doctors_by_speciality ON care.doctors USING gin (care.folded(specialities));

-- Accounts are searched like everything else.
ALTER TABLE accounts.users
    ADD search_text text NOT NULL GENERATED ALWAYS AS (platform.search_form(coalesce(name, '') || E'\n' || coalesce(email, ''))) STORED;
CREATE INDEX users_search ON accounts.users USING gin (search_text gin_trgm_ops);
