"""Pairs of names of the world: one person's, two people's; and what the rules are known to get wrong.

Written for this project from general knowledge of the languages; no list was copied.
"""

SAME = """
Juan Carlos Rodríguez Pérez | Rodríguez Pérez, Juan Carlos
María del Carmen García López | Mª Carmen García
Mª Pilar Sanz Gil | María Pilar Sanz
Mª José Ruiz | María José Ruiz Ortega
M.ª Dolores Vega Ríos | Lola Vega
Fco. Javier Moreno | Francisco Javier Moreno Díaz
Fco Javier Moreno | Javi Moreno
José Mª Aznar López | José María Aznar
Antonio Hdez. Gómez | Antonio Hernández Gómez
Pedro Fdez Glez | Pedro Fernández González
Ana Mtnez. Rguez. | Ana Martínez Rodríguez
José Luis Sánchez | Pepe Sánchez Mora
J. L. Sánchez Mora | José Luis Sánchez Mora
García Lorca, F. | Federico García Lorca
Miguel de la Fuente | Miguel Fuente
Carmen de los Ríos Vera | Carmen Ríos
Iñaki Etxeberria | Ignacio Echeverría
Jordi Puig i Cadafalch | Jorge Puig Cadafalch
Núria Ferrer | Nuria Ferrer Costa
Ferrer Costa Nuria | Nuria Ferrer
Joaquim da Silva Santos | Joaquim Santos
João Paulo Ferreira | Joao P. Ferreira
Luís Carlos dos Santos Sousa | Luis Sousa
Vincent van den Berg | Vincent Berg
Jan de Vries | de Vries, Jan
Ludwig von Mises | Ludwig Mises
Karl-Heinz Müller | Karlheinz Mueller
Jürgen Groß | Juergen Gross
Hans-Peter Weiß | Hans Peter Weiss
Søren Kierkegaard | Soren Kierkegaard
Åsa Lindström | Asa Lindstrom
Bjørn Øvergård | Bjorn Overgaard
Łukasz Wójcik | Lukasz Wojcik
Anna Kowalska | Anna Kowalski
Małgorzata Nowak | Gosia Nowak
Katarzyna Zielińska | Kasia Zielinska
Jiří Dvořák | Jiri Dvorak
Željko Đorđević | Zeljko Djordjevic
Željko Đorđević | Zeljko Dordevic
Михаил Горбачёв | Mikhail Gorbachev
Юлия Тимошенко | Yuliya Tymoshenko
Юлія Тимошенко | Julia Timoschenko
Александр Пушкин | Aleksandr Pouchkine
Екатерина Иванова | Katya Ivanova
Иванова Екатерина Сергеевна | Ekaterina Ivanova
Евгений Ковальчук | Yevhen Kovalchuk
Дмитрий Щербаков | Dmitry Shcherbakov
Наталья Цветкова | Natalia Tsvetkova
Володимир Зеленський | Volodymyr Zelenskyy
Георгиос Пападопулос | Georgios Papadopoulos
Γιώργος Παπαδόπουλος | Giorgos Papadopoulos
Αθανάσιος Χριστοδούλου | Thanasis Christodoulou
محمد علي | Mohammed Ali
محمد حسين | Muhammad Hussain
عبد الرحمن السعيد | Abdulrahman Al-Saeed
فاطمة الزهراء | Fatima Zahra
Abd el-Kader Benali | Abdelkader Ben Ali
Mohd. Yusuf Khan | Mohammed Yousef Khan
Ahmed Ould Daddah | Ahmed Daddah
Fatima bint Ali Al Maktoum | Fatima Al-Maktoum
Osama bin Salem | Usama Salem
Houcine Bouazza | Hussein Bouazza
Youssef El Amrani | Yusuf Amrani
יוסף כהן | Yosef Cohen
משה ישראלי | Moshe Israeli
王小明 | Wang Xiaoming
王小明 | Xiaoming Wang
李娜 | Li Na
欧阳修 | Ouyang Xiu
陳大文 | Chen Dawen
Zhang Wei | Wei Zhang
Zhang Wei-Ming | Weiming Zhang
Chan Tai Man | Tai Man Chan
Hsu Chia-ling | Chia Ling Hsu
김민준 | Kim Min-jun
이서연 | Lee Seoyeon
박지성 | Park Ji Sung
山田太郎 | 山田 太郎
Yamada Taro | Taro Yamada
さとう はなこ | Sato Hanako
Nguyễn Văn An | Nguyen Van An
Trần Thị Bích Ngọc | Ngoc Tran
Phạm Minh Tuấn | Tuan Pham Minh
Robert J. Smith | Bob Smith
William Jones III | Bill Jones
Elizabeth Taylor | Liz Taylor
Elizabeth Taylor | Betty Taylor
Margaret O'Brien | Peggy OBrien
Seán Ó Briain | Sean O'Brien
Katherine MacDonald | Kate McDonald
Kathryn Johnson | Catherine Johnson
Theodore Lee | Ted Lee
Breanna Miller | Bree Miller
Wm. Carter | William Carter
Chas. Dickens | Charles Dickens
Dr. John Q. Public | John Public
Smith, John Jr. | John Smith Jr
J. Edgar Hoover | John Edgar Hoover
Mary Ann Evans | Maryann Evans
Jean-Luc Picard | Jean Luc Picard
Jonh Smith | John Smith
Micheal Brown | Michael Brown
Aym Lopez | Amy Lopez
Jeo Parker | Joe Parker
Cristopher Reed | Christopher Reed
Martin Laura | Laura Martin Rodríguez
Bellido Berenguer Victoriano | Victoriano Bellido
Szabó István | István Szabó
Nagy Erzsébet | Erzsebet Nagy
Mehmet Şahin | Mehmet Sahin
Gülşah Yıldız | Gulsah Yildiz
İbrahim Çelik | Ibrahim Celik
Ștefan Țurcanu | Stefan Turcanu
Ion Ionescu | Ionescu Ion
Sri Devi Ramachandran | Sridevi Ramachandran
Priya Patel | Patel Priya
Gurpreet Singh Gill | Gurpreet Gill
Jon Snow | Jonathan Snow
Nick Karras | Nikolaos Karras
Sasha Petrov | Alexander Petrov
Vanya Sokolov | Ivan Sokolov
Pat O'Neill | Patricia O'Neill
Tony Esposito | Antonio Esposito
Giuseppe Di Stefano | Giuseppe Stefano
Beppe Rossi | Giuseppe Rossi
François Lefèvre | Francois Lefevre
Jean-Baptiste d'Alembert | Jean Baptiste Dalembert
Kwame Nkrumah | Nkrumah Kwame
Ngozi Okonjo-Iweala | Ngozi Okonjo Iweala
Thích Nhất Hạnh | Thich Nhat Hanh
Ана Марковић | Ana Markovic
Георги Димитров | Georgi Dimitrov
Ольга Шевченко | Olha Shevchenko
"""

DIFFERENT = """
Juan García López | Juana García López
Mario Ruiz | Maria Ruiz
Luis Sánchez | Luisa Sánchez
José Pérez Gómez | Javier Pérez Gómez
María Carmen Gil | María Pilar Gil
José Antonio Ruiz | José Manuel Ruiz
Ana María Sanz | Ana Belén Sanz
Pedro Fernández | Pablo Fernández
Antonio López | Antonia López
Marta Díaz | María Díaz
Robert Hale Sr. | Robert Hale Jr.
John Adams II | John Adams III
Ada Twin | Ben Twin
Mark Evans | Mary Evans
Daniel Cohen | Danielle Cohen
Michael King | Michelle King
Paul Weber | Paula Weber
Stephan Koch | Stephanie Koch
Christian Bauer | Christina Bauer
Julia Braun | Julian Braun
Andreas Wolf | Andrea Wolf
Simon Vogel | Simone Vogel
Alexander Klein | Alexandra Klein
Martin Schulz | Martina Schulz
Thomas Becker | Tobias Becker
Sabine Meyer | Susanne Meyer
Ivan Petrov | Ilya Petrov
Сергей Иванов | Андрей Иванов
Ольга Смирнова | Елена Смирнова
Alexei Volkov | Andrei Volkov
محمد علي | أحمد علي
Mohammed Ali | Mahmoud Ali
Ahmed Hassan | Hamid Hassan
Fatima Khan | Farida Khan
Khalid Saleh | Khadija Saleh
Hussein Amin | Hassan Amin
Yusuf Demir | Yasin Demir
Mehmet Kaya | Murat Kaya
Ayşe Yılmaz | Emine Yılmaz
Omar Said | Amir Said
Li Na | Li Ming
Wang Wei | Wang Lei
王小明 | 王大明
李娜 | 李强
Zhang Wei | Zhang Min
Wei Chen | Wen Zhao
Kim Min-jun | Kim Seo-yeon
Lee Jun | Lee Jin
Nguyen Van An | Nguyen Van Binh
Pham Minh Tuan | Pham Quang Huy
Yamada Taro | Yamada Jiro
田中太郎 | 田中花子
Raj Patel | Ravi Patel
Priya Sharma | Pooja Sharma
Amit Kumar | Anil Kumar
Gurpreet Singh | Harpreet Singh
Sunita Devi | Anita Devi
David Levy | Daniel Levy
שרה לוי | רחל לוי
Jan de Vries | Piet de Vries
Katarzyna Nowak | Karolina Nowak
Piotr Zieliński | Paweł Zieliński
Jana Novotná | Jan Novotný
István Nagy | Imre Nagy
Maria Popescu | Marian Popescu
Giulia Rossi | Giulio Rossi
Francesco Greco | Francesca Greco
Luca Conti | Laura Conti
João Silva | Joana Silva
Paulo Costa | Pedro Costa
Pierre Dubois | Patrice Dubois
Claude Morel | Claire Morel
Nikos Pappas | Kostas Pappas
Eleni Georgiou | Maria Georgiou
Giorgos Pappas | Grigoris Pappas
William Smith | Walter Smith
James Brown | Jane Brown
Robert Jones | Richard Jones
Thomas Green | Timothy Green
Edward Hall | Edwin Hall
Joan Baker | John Baker
Eric Moore | Erica Moore
Patrick Kelly | Patricia Kelly
Sean Murphy | Shane Murphy
Terence Fox | Teresa Fox
George White | Georgia White
Kwame Mensah | Kofi Mensah
Ngozi Okafor | Nkechi Okafor
J. Smith | K. Smith
J. García Pérez | M. García Pérez
Ana López | López García
Carmen Vega | Carmelo Vega
Isabel Ramos | Isidro Ramos
Rafael Torres | Raquel Torres
Xavier Soler | Oriol Soler
Miren Agirre | Mikel Agirre
Amaia Etxeberria | Ander Etxeberria
Olha Shevchenko | Oleh Shevchenko
Andriy Bondar | Anton Bondar
Vladimir Sokolov | Vladislav Sokolov
Marina Orlova | Maria Orlova
Natalia Kim | Nikolai Kim
Sara Ahmadi | Sahar Ahmadi
Reza Karimi | Ramin Karimi
Zainab Malik | Zahra Malik
Jonas Berg | Joakim Berg
Frida Holm | Freja Holm
"""

TAKEN_FOR_TWO = """
Сергей Хрущёв | Sergej Chruschtschow
عبد الله خالد | Abdullah Khaled
שרה לוי | Sarah Levy
"""

TAKEN_FOR_ONE = """
Emma Stone | Emily Stone
Jean Martin | Jeanne Martin
محمد علي | محمود علي
Amina Diallo | Aminata Diallo
Trần Thị Hoa | Trần Thị Lan
Marie Leroy | Martine Leroy
Bilal Hussain | Billal Hassan
"""


def pairs(text):
    return [tuple(line.split(" | ")) for line in text.strip().splitlines()]
