import { evaluated } from './evaluate.fixture.js';

describe('regexp_matches()', () => {
  it.each([
    ["regexp_matches('aaaa','a{2,}')", 'true'],
    ["regexp_matches('abc','B')", 'false'],
    ["regexp_matches('abc','')", 'true'],
    ["regexp_matches('','^$')", 'true'],
    ["regexp_matches(list,'\\[1')", 'true'],
    ['regexp_matches(obj,\'"k"\')', 'true'],
    ["regexp_matches('a',nul)", 'U'],
    ["regexp_matches('a',missing)", 'U'],
    ["regexp_matches(missing,'a')", 'U'],
    ["regexp_matches('a1',1)", 'true'],
    ["regexp_matches('true',true)", 'true'],
    ["regexp_matches('a','[')", 'U'],
    ["regexp_matches('a','*')", 'U'],
    ["regexp_matches('a','(')", 'U'],
    ["regexp_matches('a',')')", 'U'],
    ["regexp_matches('a','\\\\')", 'false'],
    ["regexp_matches('a')", 'U'],
    ["regexp_matches('a','b','c')", 'U'],
    ["regexp_matches('a','[z-a]')", 'U'],
    ["regexp_matches('a','a**')", 'U'],
    ["regexp_matches('12','^\\d+$')", 'true'],
    ["regexp_matches('a b','\\s')", 'true'],
    ["regexp_matches('a_1','^\\w+$')", 'true'],
    ["regexp_matches('foo.bar','foo\\.bar')", 'true'],
    ["regexp_matches('foo bar','\\bbar\\b')", 'true'],
    ["regexp_matches('x','a|x')", 'true'],
    ["regexp_matches('é','^.$')", 'true'],
    ["regexp_matches('😀','^.$')", 'true'],
    ["regexp_matches('a\nb','a.b')", 'false'],
    ["regexp_matches('a\nb','^b')", 'false'],
    ["regexp_matches('a\tb','\\t')", 'true'],
    ["regexp_matches('ab','a  b # c')", 'false'],
    ["regexp_matches('192.168.0.1','^([0-9]{1,3}\\.){3}[0-9]{1,3}$')", 'true'],
    ["regexp_matches('a\\b','\\\\')", 'true'],
    ["regexp_matches(']','[]]')", 'true'],
    ["regexp_matches('a','[a')", 'U'],
    ["regexp_matches('a','a{2,1}')", 'U'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('the syntax of Java, as far as an engine without backtracking has it,', () => {
  it.each([
    ["regexp_matches('abc','(?i)B')", 'true'],
    ["regexp_matches('abc','^(?:a)(b)c$')", 'true'],
    ["regexp_matches('a\nb','(?s)a.b')", 'true'],
    ["regexp_matches('a\nb','(?m)^b')", 'true'],
    ["regexp_matches('A','\\p{Lu}')", 'true'],
    ["regexp_matches('é','\\p{L}')", 'true'],
    ["regexp_matches('A','\\p{Upper}')", 'true'],
    ["regexp_matches('a','\\p{Alpha}')", 'true'],
    ["regexp_matches('1','\\p{Digit}')", 'true'],
    ["regexp_matches('1','\\p{Alnum}')", 'true'],
    ["regexp_matches('!','\\p{Punct}')", 'true'],
    ["regexp_matches('f','^\\p{XDigit}$')", 'true'],
    ["regexp_matches(' ','\\p{Space}')", 'true'],
    ["regexp_matches('a','\\p{Lower}')", 'true'],
    ["regexp_matches('a','\\p{IsAlphabetic}')", 'true'],
    ["regexp_matches('a','\\p{IsLatin}')", 'true'],
    ["regexp_matches('a','\\p{ASCII}')", 'true'],
    ["regexp_matches('A','\\u0041')", 'true'],
    ["regexp_matches('A','\\x41')", 'true'],
    ["regexp_matches('A','\\x{41}')", 'true'],
    ["regexp_matches(' ','\\h')", 'true'],
    ["regexp_matches('a.b','\\Qa.b\\E')", 'true'],
    ["regexp_matches('b','[a-c&&[^b]]')", 'U'],
    ["regexp_matches('aab','a++b')", 'U'],
    ["regexp_matches('abc','a(?=b)')", 'U'],
    ["regexp_matches('abab','(ab)\\1')", 'U'],
    ["regexp_matches('abc','(?<x>b)')", 'true'],
    ["regexp_matches('abc','abc\\z')", 'true'],
    ["regexp_matches('abc','abc\\Z')", 'true'],
    ["regexp_matches('abc','\\Aabc')", 'true'],
    ["regexp_matches('abc','a(?!c)')", 'U'],
    ["regexp_matches('abc','(?<=a)b')", 'U'],
    ["regexp_matches('ab','(?x)a  b # c')", 'U'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('regexp_substr()', () => {
  it.each([
    ["regexp_substr('hihihello','(hi)*')", '"hihi"'],
    ["regexp_substr('abc','z')", 'U'],
    ["regexp_substr('abc','')", '""'],
    ["regexp_substr('abc','x*')", '""'],
    ["regexp_substr(12345,'3.')", '"34"'],
    ["regexp_substr(2.5,'\\.')", '"."'],
    ["regexp_substr(missing,'a')", 'U'],
    ["regexp_substr('a',nul)", 'U'],
    ["regexp_substr('a','(')", 'U'],
    ["regexp_substr('a')", 'U'],
    ["regexp_substr('aXbX','.X')", '"aX"'],
    ["regexp_substr('a=1;b=2','b=(\\d)')", '"b=2"'],
    ["regexp_substr('abc','b|ab')", '"ab"'],
    ["regexp_substr('abc','a|ab')", '"a"'],
    ["regexp_substr('aaa','a+?')", '"a"'],
    ["regexp_substr(list,'[0-9],[0-9]')", '"1,2"'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('regexp_replace()', () => {
  it.each([
    ["regexp_replace('abcd','b(.*)d','$1')", '"ac"'],
    ["regexp_replace('abc','b','[$0]')", '"a[b]c"'],
    ["regexp_replace('abc','(b)','$1$1')", '"abbc"'],
    ["regexp_replace('abc','b','\\$')", '"a$c"'],
    ["regexp_replace('abc','b','\\\\')", '"a\\\\c"'],
    ["regexp_replace('abc','b','$')", 'U'],
    ["regexp_replace('abc','b','$x')", 'U'],
    ["regexp_replace('abc','b','\\')", 'U'],
    ["regexp_replace('abc','b','$1')", 'U'],
    ["regexp_replace('abc','z','$1')", '"abc"'],
    ["regexp_replace('abc','(?<m>b)','<${m}>')", '"a<b>c"'],
    ["regexp_replace('abc','(?<m>b)','${q}')", 'U'],
    ["regexp_replace('abc','b',nul)", 'U'],
    ["regexp_replace('abc',nul,'x')", 'U'],
    ["regexp_replace(nul,'b','x')", 'U'],
    ["regexp_replace('abc','b',5)", '"a5c"'],
    ["regexp_replace('abc','b',true)", '"atruec"'],
    ["regexp_replace('abc','','-')", '"-a-b-c-"'],
    ["regexp_replace('abc','x*','-')", '"-a-b-c-"'],
    ["regexp_replace('aaa','a','b')", '"bbb"'],
    ["regexp_replace('a1b2','\\d','')", '"ab"'],
    ["regexp_replace('abc','(','x')", 'U'],
    ["regexp_replace('abc','b')", 'U'],
    ["regexp_replace('abc','(a)(b)?(z)?','[$3]')", '"[]c"'],
    ["regexp_replace('abcdefghijk','(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)','$11')", '"k"'],
    ["regexp_replace('ab','(a)b','$12')", '"a2"'],
    ["regexp_replace('abc','b','&')", '"a&c"'],
    ["regexp_replace('abc','b','\\1')", '"a1c"'],
    ["regexp_replace('2023-11-14','(\\d+)-(\\d+)-(\\d+)','$3/$2/$1')", '"14/11/2023"'],
    ["regexp_replace(true,'t(r)','$1-')", '"r-ue"'],
    ["regexp_replace('a😀b','😀','x')", '"axb"'],
    ["regexp_replace('abc','(?i)B','x')", '"axc"'],
    ["regexp_replace('abc','b','\\n')", '"anc"'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});
